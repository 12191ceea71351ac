// Reads a part of the page aloud. Fetched by app.js when somebody presses <button data-read="#main">.
(function () {
  "use strict";
  var voice = window.speechSynthesis;
  document.querySelectorAll("[data-read]").forEach(function (button) {
    var start = button.textContent;
    // Paragraph by paragraph: long texts are cut off by some voices.
    var texts = function () {
      var from = document.querySelector(button.dataset.read);
      return Array.from(from.querySelectorAll("h1, h2, h3, p, li, dt, dd, legend")).filter(function (it) {
        return it.offsetParent !== null && !it.closest(".noprint, .toolbar, .crumbs, [aria-hidden=true]") && !it.querySelector("p, li");
      });
    };
    var reading = false;
    var stop = function () { reading = false; voice.cancel(); button.textContent = start; button.setAttribute("aria-pressed", "false"); };
    var next = function (list) {
      if (!reading || !list.length) { stop(); return; }
      var it = list.shift(), said = it.textContent.replace(/\s+/g, " ").trim(), tongue = it.closest("[lang]");
      if (!said) { next(list); return; }
      var part = new SpeechSynthesisUtterance(said);
      part.lang = (tongue ? tongue.lang : "vi") === "en" ? "en-GB" : "vi-VN";
      part.rate = 0.9;
      part.onend = function () { next(list); };
      part.onerror = stop;
      voice.speak(part);
    };
    var turn = function () {
      if (reading) { stop(); return; }
      // Voices come a moment after they are asked for; where none comes, that is said.
      window.setTimeout(function () {
        if (reading && !voice.speaking && !voice.getVoices().length) { stop(); button.disabled = true; button.textContent = button.dataset.none; }
      }, 1500);
      voice.cancel();
      reading = true;
      button.textContent = button.dataset.stop;
      button.setAttribute("aria-pressed", "true");
      next(texts());
    };
    button.addEventListener("click", turn);
    turn();
    window.addEventListener("pagehide", stop);
  });
})();
