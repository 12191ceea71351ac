// What waits for somebody else, such as a bank, is looked at again; when it has changed it is shown anew.
(function () {
  "use strict";
  var waiting = document.querySelector("[data-again]");
  if (waiting) {
    var left = 60;
    var again = function () {
      if (document.hidden) { window.setTimeout(again, 5000); return; }
      if (left-- === 0) { return; }
      fetch(location.pathname, { headers: { accept: "text/html" }, credentials: "same-origin" })
        .then(function (answer) { return answer.ok && !answer.redirected ? answer.text() : ""; })
        .then(function (text) {
          var page = new DOMParser().parseFromString(text, "text/html");
          var now = page.getElementById(waiting.id);
          if (now && !now.hasAttribute("data-again")) { location.replace(location.pathname + "#" + waiting.id); location.reload(); return; }
          window.setTimeout(again, Number(waiting.dataset.again) * 1000);
        })
        .catch(function () { window.setTimeout(again, 30000); });
    };
    window.setTimeout(again, Number(waiting.dataset.again) * 1000);
  }
})();
