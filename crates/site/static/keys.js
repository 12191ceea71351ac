// Keys of the office, and the scanner of receipts. Everything they do can be done without them.
(function () {
  "use strict";
  var first = function (what) { return document.querySelector(what); };
  var all = function (what, where) { return Array.from((where || document).querySelectorAll(what)); };
  var typing = function (it) { return it.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(it.tagName); };
  var go = function (where) { return function () { window.location.assign(where); return true; }; };
  var press = function (what) {
    return function () {
      var it = first(what);
      if (!it) { return false; }
      if (it.tagName === "DETAILS") { it.open = true; it = it.querySelector("button, a, input") || it; it.focus(); return true; }
      if (/^(A|BUTTON)$/.test(it.tagName)) { it.click(); } else { it.focus(); it.scrollIntoView({ block: "center" }); }
      return true;
    };
  };

  // The map of keys: fetched from its own page, shown without what this page does not have.
  var dialog = null;
  var map = function () {
    if (dialog) { dialog.showModal(); return true; }
    fetch("/co-quan/phim-tat").then(function (it) { return it.ok ? it.text() : ""; }).then(function (text) {
      var found = new DOMParser().parseFromString(text, "text/html").querySelector("[data-keys]");
      if (!found) { window.location.assign("/co-quan/phim-tat"); return; }
      all("dt", found).forEach(function (it) {
        if (it.dataset.needs && !first(it.dataset.needs)) { it.nextElementSibling.remove(); it.remove(); }
      });
      all("section", found).forEach(function (it) { if (!it.querySelector("dt")) { it.remove(); } });
      dialog = document.createElement("dialog");
      dialog.className = "keymap";
      dialog.setAttribute("aria-label", "Phím tắt");
      var close = Object.assign(document.createElement("button"), { className: "btn quiet", type: "button", textContent: "Đóng" });
      close.addEventListener("click", function () { dialog.close(); });
      dialog.append(document.importNode(found, true), close);
      document.body.append(dialog);
      dialog.showModal();
    }, function () {});
    return true;
  };

  // From one group of fields to the next: its first field.
  var group = function (step) {
    return function () {
      var groups = all("main form fieldset:not(.choices), main form section.card, main form aside > .card").filter(function (it) {
        return it.querySelector("input:not([type=hidden]), select, textarea, button");
      });
      if (!groups.length) { return false; }
      var at = -1;
      groups.forEach(function (it, nth) { if (it.contains(document.activeElement)) { at = nth; } });
      var next = groups[(at + step + groups.length + (at < 0 && step < 0 ? 1 : 0)) % groups.length];
      var field = next.querySelector("input:not([type=hidden]):not([tabindex='-1']), select, textarea") || next.querySelector("button, summary");
      field.focus();
      next.scrollIntoView({ block: "nearest" });
      return true;
    };
  };
  var row = function (step) {
    return function () {
      var links = all("main table tbody tr").map(function (it) { return it.querySelector("a[href]"); }).filter(Boolean);
      if (!links.length) { return false; }
      var at = links.indexOf(document.activeElement);
      (links[at < 0 ? (step > 0 ? 0 : links.length - 1) : Math.max(0, Math.min(links.length - 1, at + step))]).focus();
      return true;
    };
  };

  // With Alt, by the place of the key: what the layout or a Vietnamese keyboard makes of it does not matter.
  var held = {
    KeyH: go("/co-quan"), KeyL: go("/co-quan/ho-so"), KeyI: go("/co-quan/hang-in"), KeyB: go("/co-quan/nhap"),
    KeyN: function () { return first("a[data-new]") ? false : go("/co-quan/ho-so/moi")(); },
    KeyQ: press('[data-queue], nav a[href="/co-quan/hang-cho"]'), KeyJ: group(1), KeyK: group(-1), KeyR: press("[data-recent]"),
    KeyG: press("[data-papers]"), KeyP: press("[data-print-first]"), KeyW: press("[data-queue-print]")
  };
  var plain = { "?": map, "j": row(1), "k": row(-1) };
  document.addEventListener("keydown", function (event) {
    if (event.isComposing || event.defaultPrevented || event.ctrlKey || event.metaKey) { return; }
    var what = event.altKey ? held[event.code] : typing(event.target) ? null : plain[event.key];
    if (what && (!dialog || !dialog.open) && what()) { event.preventDefault(); }
  });

  // Whoever signs out leaves nothing of citizens in this browser.
  document.addEventListener("submit", function (event) {
    if (event.target.getAttribute("action") !== "/co-quan/dang-xuat") { return; }
    try {
      Object.keys(localStorage).forEach(function (it) { if (it.startsWith("mc-nhap:")) { localStorage.removeItem(it); } });
    } catch (_) { /* a browser that keeps nothing has nothing to let go of */ }
  });

  // What was sent to the printer in a window of its own waits here no more.
  document.addEventListener("submit", function (event) {
    if (event.target.target === "_blank" && /^\/co-quan\/hang-in/.test(event.target.getAttribute("action") || "")) {
      window.setTimeout(function () { window.location.reload(); }, 2500);
    }
  });

  // A scanner types the code of a receipt faster than fingers do and ends with Enter. Wherever the cursor
  // is, the dossier opens and the field that caught the line gets back what it held.
  var code = /^(?:[A-Z]{0,3}\d[A-Z0-9]*(?:\.[A-Z0-9]+)+-\d{6}-\d{4,7}|https?:\/\/\S+\/ho-so\/\S+)$/i;
  var line = "", kept = null, last = 0;
  document.addEventListener("keydown", function (event) { // scan
    var at = event.target, fast = event.timeStamp - last < 60;
    if (event.key === "Enter" && line.length > 12 && event.timeStamp - last < 200 && code.test(line)) {
      var search = at.type === "search" || at.dataset && "scan" in at.dataset;
      event.preventDefault();
      event.stopImmediatePropagation();
      if (kept !== null && "value" in at && !search) { at.value = kept; }
      // The secret in the square code is the citizen's: it does not go into our addresses.
      window.dispatchEvent(new CustomEvent("mc:leave"));
      window.location.assign("/co-quan/ma?ma=" + encodeURIComponent(line.split("?")[0]));
      line = "";
    } else if (event.key.length === 1 && !event.ctrlKey && !event.altKey && !event.metaKey) {
      if (!fast) { line = ""; kept = /^(INPUT|TEXTAREA)$/.test(at.tagName) ? at.value : null; }
      line += event.key;
      last = event.timeStamp;
    }
  }, true);

  // Ticks all boxes of a name, or none; without this the page comes again so.
  document.addEventListener("click", function (event) {
    var ticks = event.target.closest("[data-tick]");
    if (!ticks) { return; }
    event.preventDefault();
    document.querySelectorAll("input[name='" + ticks.dataset.tick + "']").forEach(function (it) {
      it.checked = ticks.value === "chon-het";
    });
  });
})();
