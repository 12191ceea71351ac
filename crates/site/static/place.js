// Says where somebody stands, and only when he asks for it: two hidden fields of the form.
(function () {
  "use strict";
  var bar = document.querySelector("[data-place]");
  if (!bar || !navigator.geolocation) { return; }
  bar.hidden = false;
  var said = bar.querySelector("[data-place-said]");
  bar.querySelector("[data-place-ask]").addEventListener("click", function () {
    navigator.geolocation.getCurrentPosition(function (it) {
      bar.querySelector("[name=vi-do]").value = it.coords.latitude.toFixed(6);
      bar.querySelector("[name=kinh-do]").value = it.coords.longitude.toFixed(6);
      said.textContent = said.dataset.found;
    }, function () { said.textContent = said.dataset.failed; }, { timeout: 15000 });
  });
})();
