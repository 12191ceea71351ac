// Makes pages quicker to use; every page works without it.
(function () {
  "use strict";
  var all = function (what, where) { return Array.from((where || document).querySelectorAll(what)); };

  // A form is sent once, however often its button is pressed. The button is not `disabled`:
  // that would take its name out of what is sent, and the focus away from who pressed it.
  var changed = false;
  var release = function (form) {
    delete form.dataset.sent;
    all("[aria-disabled=true]", form).forEach(function (it) { it.removeAttribute("aria-disabled"); });
  };
  document.addEventListener("submit", function (event) {
    var form = event.target;
    if (form.dataset.sent) { event.preventDefault(); return; }
    if (form.method === "post") {
      form.dataset.sent = "1";
      if (event.submitter) { event.submitter.setAttribute("aria-disabled", "true"); }
      // A download leaves the page where it is.
      window.setTimeout(function () { release(form); }, 8000);
    }
    changed = false;
  });
  window.addEventListener("pageshow", function () { all("form[data-sent]").forEach(release); });

  // On a narrow screen what is secondary is folded, unless it holds a mistake or is what was asked for.
  if (window.matchMedia("(max-width: 759px)").matches) {
    all("details[data-fold]").forEach(function (it) {
      var wanted = location.hash.length > 1 && document.getElementById(location.hash.slice(1));
      if (!it.querySelector(".mistake, [aria-invalid]") && !(wanted && (it.contains(wanted) || it.parentElement === wanted))) { it.open = false; }
    });
  }
  // What was typed is not left behind by mistake.
  document.addEventListener("input", function (event) {
    if (event.target.form && event.target.form.hasAttribute("data-keep")) { changed = true; }
  });
  window.addEventListener("beforeunload", function (event) {
    if (changed) { event.preventDefault(); }
  });

  // A scanner of citizen cards types a line with bars in it, faster than fingers do, and ends it
  // with Enter or Tab. Wherever the cursor is, the line goes to the scan field; the field that
  // caught it gets back what it held; the scan button is pressed, not the form's own.
  var line = "", held = null, last = 0;
  var scanned = function (text) {
    var field = document.querySelector("[data-scan]");
    var button = field && document.getElementById(field.dataset.scan);
    if (!button) { return false; }
    if (text !== null) { field.value = text; }
    changed = false;
    button.click();
    return true;
  };
  document.addEventListener("keydown", function (event) {
    var at = event.target, ends = event.key === "Enter" || event.key === "Tab";
    if (!at.dataset || !document.querySelector("[data-scan]")) { return; }
    if (at.dataset.scan) {
      var whole = at.value.split("|").length > 4;
      if ((event.key === "Enter" || (event.key === "Tab" && whole)) && scanned(null)) { event.preventDefault(); }
      return;
    }
    if (ends && line.split("|").length > 4 && event.timeStamp - last < 200) {
      event.preventDefault();
      if (held !== null && "value" in at) { at.value = held; }
      scanned(line);
      line = "";
    } else if (event.key.length === 1 && !event.ctrlKey && !event.altKey && !event.metaKey) {
      if (event.timeStamp - last > 60) { line = ""; held = /^(INPUT|TEXTAREA)$/.test(at.tagName) ? at.value : null; }
      line += event.key;
      last = event.timeStamp;
    }
  }, true);

  // Ctrl+Enter does what the form is for, from whichever field.
  document.addEventListener("keydown", function (event) {
    if (event.key !== "Enter" || !event.ctrlKey) { return; }
    var main = (event.target.form || document).querySelector("[data-main]");
    if (main) { event.preventDefault(); main.click(); }
  });

  // Keys of the office: / searches, Alt+N begins a new dossier.
  var byKey = false;
  document.addEventListener("keydown", function (event) {
    byKey = true;
    var typing = /^(INPUT|TEXTAREA|SELECT)$/.test(event.target.tagName);
    var what = event.key === "/" && !typing ? "input[type=search]"
      : event.altKey && /^n$/i.test(event.key) ? "a[data-new]" : null;
    var found = what && document.querySelector(what);
    // A page without a search of its own leads to the list that has one.
    if (!found && event.key === "/" && !typing) { found = document.querySelector("a[data-find]"); }
    if (!found) { return; }
    event.preventDefault();
    if (found.href) { found.click(); } else { found.focus(); found.select(); }
  });
  document.addEventListener("pointerdown", function () { byKey = false; });

  document.addEventListener("click", function (event) {
    if (event.target.closest("[data-print]")) { window.print(); }
  });
  // A filter chosen by pointer is applied at once. By key one passes over other choices on the
  // way: there the button or Enter applies it.
  document.addEventListener("change", function (event) {
    var it = event.target;
    if (it.matches("[data-autosubmit]") && !byKey) { it.form.requestSubmit(); }
    if (it.matches("td input[type=checkbox]")) { it.closest("tr").classList.toggle("picked", it.checked); }
  });
  document.addEventListener("keydown", function (event) {
    if (event.key === "Enter" && event.target.matches("select[data-autosubmit]")) {
      event.preventDefault();
      event.target.form.requestSubmit();
    }
  });

  // Larger letters, remembered by the browser alone.
  var large = document.querySelector("[data-large]");
  if (large) {
    var set = function (on) {
      document.documentElement.classList.toggle("large", on);
      large.setAttribute("aria-pressed", String(on));
    };
    var kept = function (value) {
      try { if (value) { localStorage.setItem("large", value); } return localStorage.getItem("large"); } catch (_) { return value; }
    };
    large.hidden = false;
    set(kept() ? kept() === "yes" : document.documentElement.classList.contains("large"));
    large.addEventListener("click", function () {
      var on = large.getAttribute("aria-pressed") !== "true";
      kept(on ? "yes" : "no");
      set(on);
    });
  }

  // A page is read aloud where the browser has a voice; the script for it comes when it is wanted.
  var aloud = document.querySelector("[data-read]");
  if (aloud && window.speechSynthesis && window.SpeechSynthesisUtterance) {
    aloud.hidden = false;
    aloud.addEventListener("click", function () {
      document.head.append(Object.assign(document.createElement("script"), { src: aloud.dataset.from }));
    }, { once: true });
  }

  // Led here to search.
  if (location.hash === "#q" && document.getElementById("q")) { document.getElementById("q").focus(); }

  // Whoever sent a form with mistakes begins at the list of them.
  var problem = document.querySelector(".problem[tabindex]");
  if (problem) { problem.focus(); }
})();
