// Keeps what is chosen and typed for a supplement before it is sent: a file as it is chosen, words as they are typed.
// Without it the button “Lưu” does the same.
(function () {
  "use strict";
  var form = document.querySelector("form[data-supplement]");
  if (!form || !window.fetch || !window.DOMParser) { return; }
  var state = form.querySelector("[data-supplement-state]");
  var say = function (words, warn) { state.hidden = false; state.className = warn ? "warning" : "soft"; state.textContent = words; };
  var clock = function () { return new Date().toTimeString().slice(0, 5); };

  // What the form holds, with the files of one field or of none.
  var holding = function (field) {
    var data = new FormData(form);
    Array.from(form.querySelectorAll("input[type=file]")).forEach(function (it) {
      if (it.name !== field) { data.delete(it.name); }
    });
    data.set("viec", "luu");
    // Only what is sent whole is said to have arrived.
    data.delete("lan");
    return data;
  };
  var last = Promise.resolve(), busy = 0, dirty = false, timer = 0, halted = false;
  // One after the other: each carries the mark that the one before it left.
  var keep = function (field) {
    busy += 1;
    dirty = false;
    last = last.then(function () {
      if (field) { say(form.dataset.sending, false); }
      return fetch(form.action, { method: "POST", body: holding(field) }).then(function (it) { return it.text(); });
    }).then(function (text) {
      var page = new DOMParser().parseFromString(text, "text/html"), fresh = page.querySelector("form[data-supplement]");
      if (!fresh) { throw new Error("not kept"); }
      // Another window wrote meanwhile: whoever writes here looks it over before his words take the place of those.
      halted = fresh.hasAttribute("data-stale");
      if (!halted) { form.querySelector("#dau").value = fresh.querySelector("#dau").value; }
      if (field) {
        var here = form.elements[field].closest("[data-files]");
        var there = fresh.querySelector("[name='" + field + "']").closest("[data-files]");
        here.replaceChildren.apply(here, Array.from(document.importNode(there, true).childNodes));
        form.elements[field].focus();
        if (here.querySelector(".mistake")) { state.hidden = true; return; }
      }
      if (halted) { say(fresh.dataset.stale, true); } else { say(form.dataset.saved + " " + clock(), false); }
    }).catch(function () {
      dirty = true;
      say(form.dataset.failed, true);
    }).then(function () { busy -= 1; });
  };

  form.addEventListener("change", function (event) {
    if (event.target.type === "file") { if (event.target.value) { keep(event.target.name); } }
    else if (event.target.type === "radio" && !halted) { keep(""); }
  });
  form.addEventListener("input", function (event) {
    if (event.target.tagName !== "TEXTAREA" || halted) { return; }
    dirty = true;
    window.clearTimeout(timer);
    timer = window.setTimeout(function () { if (dirty) { keep(""); } }, 1200);
  });
  // What is under way arrives before the form is sent: the mark is then the newest.
  form.addEventListener("submit", function (event) {
    window.clearTimeout(timer);
    dirty = false;
    if (!busy) { return; }
    event.preventDefault();
    event.stopImmediatePropagation();
    var button = event.submitter;
    last.then(function () { form.requestSubmit(button); });
  });
  window.addEventListener("pagehide", function () {
    if (dirty && navigator.sendBeacon) { navigator.sendBeacon(form.action, holding("")); }
  });
})();
