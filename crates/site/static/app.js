// Makes pages quicker to use; every page works without it.
(function () {
  "use strict";
  // A form is sent once, however often its button is pressed.
  document.addEventListener("submit", function (event) {
    var form = event.target;
    if (form.dataset.sent) { event.preventDefault(); return; }
    if (form.method === "post") {
      form.dataset.sent = "1";
      window.setTimeout(function () { delete form.dataset.sent; }, 8000);
    }
    changed = false;
  });
  // What was typed is not left behind by mistake.
  var changed = false;
  document.addEventListener("input", function (event) {
    if (event.target.form && event.target.form.hasAttribute("data-keep")) { changed = true; }
  });
  window.addEventListener("beforeunload", function (event) {
    if (changed) { event.preventDefault(); }
  });
  window.addEventListener("pageshow", function () {
    document.querySelectorAll("form[data-sent]").forEach(function (form) { delete form.dataset.sent; });
  });
  document.addEventListener("keydown", function (event) {
    var typing = /^(INPUT|TEXTAREA|SELECT)$/.test(event.target.tagName);
    if (event.key === "/" && !typing) {
      var search = document.querySelector("input[type=search]");
      if (search) { event.preventDefault(); search.focus(); search.select(); }
    }
    if (event.altKey && (event.key === "n" || event.key === "N")) {
      var fresh = document.querySelector("a[data-new]");
      if (fresh) { event.preventDefault(); fresh.click(); }
    }
    // A scanner types fast and ends with Enter: that presses the scan button, not the form's own.
    if (event.key === "Enter" && event.target.dataset && event.target.dataset.scan) {
      var button = document.getElementById(event.target.dataset.scan);
      if (button) { event.preventDefault(); changed = false; button.click(); }
    }
  });
  document.addEventListener("click", function (event) {
    if (event.target.closest("[data-print]")) { window.print(); }
  });
  document.addEventListener("change", function (event) {
    if (event.target.matches("select[data-autosubmit]")) { event.target.form.requestSubmit(); }
  });
})();
