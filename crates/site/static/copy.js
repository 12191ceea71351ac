// Puts a number that is to be typed elsewhere on the clipboard; where there is none, it says nothing.
(function () {
  "use strict";
  if (!navigator.clipboard) { return; }
  Array.from(document.querySelectorAll("button[data-copy]")).forEach(function (button) {
    button.hidden = false;
    button.addEventListener("click", function () {
      navigator.clipboard.writeText(button.dataset.copy).then(function () {
        button.textContent = button.dataset.copied;
        button.setAttribute("role", "status");
      }, function () {});
    });
  });
})();
