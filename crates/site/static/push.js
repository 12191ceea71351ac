// Asks this browser for notices about what the page is about, and says whether it shows them already.
(function () {
  "use strict";
  var box = document.querySelector("[data-push]");
  if (!box || !("serviceWorker" in navigator) || !("PushManager" in window) || !("Notification" in window)) { return; }
  var one = function (what) { return box.querySelector(what); };
  var form = box.closest("form") || one("form"), field = form.querySelector("[name=dang-ky]"), said = one("[data-said]");
  var on = one("[data-push-on]"), off = one("[data-push-off]"), none = document.querySelector("[data-push-none]");
  var known = box.dataset.known.split(" "), bytes = function (text) {
    var raw = atob(text.replace(/-/g, "+").replace(/_/g, "/"));
    return Uint8Array.from(raw, function (it) { return it.charCodeAt(0); });
  };
  var tell = function (text) { said.textContent = text; on.disabled = false; };
  box.hidden = false;
  if (none) { none.hidden = true; }

  // An address that was asked for with another key is of no use to us any more.
  var asked = function (worker) {
    return worker.pushManager.getSubscription().then(function (held) {
      if (!held) { return null; }
      var key = held.options && held.options.applicationServerKey;
      var same = key && btoa(String.fromCharCode.apply(null, new Uint8Array(key))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "") === box.dataset.push;
      return same ? held : held.unsubscribe().then(function () { return null; });
    });
  };
  var mark = function (held) {
    return crypto.subtle.digest("SHA-256", new TextEncoder().encode(held.endpoint)).then(function (it) {
      return Array.from(new Uint8Array(it), function (b) { return b.toString(16).padStart(2, "0"); }).join("");
    });
  };
  var worker = navigator.serviceWorker.register("/sw.js").then(function () { return navigator.serviceWorker.ready; });

  // Which of the two buttons stands there.
  if (off) {
    worker.then(asked).then(function (held) { return held ? mark(held) : ""; }).then(function (it) {
      var is = it && known.indexOf(it) >= 0;
      on.hidden = Boolean(is);
      off.hidden = !is;
      if (is) { off.value = it; said.textContent = box.dataset.shown; }
    }).catch(function () {});
  }
  on.addEventListener("click", function (event) {
    event.preventDefault();
    on.disabled = true;
    // The question is put while the button is being pressed: browsers show none otherwise.
    Notification.requestPermission().then(function (answer) {
      if (answer !== "granted") { return tell(box.dataset.refused); }
      return worker.then(function (it) {
        return asked(it).then(function (held) {
          return held || it.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: bytes(box.dataset.push) });
        });
      }).then(function (held) {
        field.value = JSON.stringify(held);
        form.submit();
      });
    }).catch(function () { tell(box.dataset.failed); });
  });
})();
