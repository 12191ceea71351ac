// A screen that turns by itself and stays fresh; a touch page that goes back to its start. Works slower without this.
(function () {
  "use strict";
  var idle = document.querySelector("[data-idle]");
  if (idle) {
    var timer = 0;
    var wait = function () {
      window.clearTimeout(timer);
      timer = window.setTimeout(function () { location.assign(idle.dataset.home); }, Number(idle.dataset.idle) * 1000);
    };
    ["pointerdown", "keydown", "scroll"].forEach(function (it) { document.addEventListener(it, wait, { passive: true }); });
    wait();
    if (idle.dataset.home.split("?")[0] === location.pathname && window.indexedDB) { indexedDB.deleteDatabase("mc-nop"); }
  }

  var board = document.querySelector("[data-bulletin]");
  if (!board) { return; }
  var box = board.querySelector("[data-slides]"), pause = board.querySelector("[data-pause]");
  var age = board.querySelector("[data-age]"), where = board.querySelector("[data-where]"), clock = board.querySelector("[data-clock]");
  var slides = function () { return Array.from(box.querySelectorAll("[data-slide]")); };
  var at = Number(board.dataset.at), asking = false, turn = 0;
  // Whoever asks for less motion starts it himself.
  var paused = window.matchMedia("(prefers-reduced-motion: reduce)").matches;

  var plan = function () {
    window.clearTimeout(turn);
    var now = slides()[at];
    if (!paused && now && slides().length > 1) {
      turn = window.setTimeout(function () { show(at + 1, true); }, Math.max(3, Number(now.dataset.seconds)) * 1000);
    }
  };
  var show = function (next, fresh) {
    var all = slides();
    if (!all.length) { return; }
    at = ((next % all.length) + all.length) % all.length;
    all.forEach(function (it, place) {
      it.hidden = place !== at;
      it.classList.toggle("fresh", Boolean(fresh) && place === at);
    });
    where.textContent = (at + 1) + "/" + all.length;
    plan();
  };
  var say = function () {
    pause.textContent = paused ? pause.dataset.off : pause.dataset.on;
    board.dataset.state = paused ? "paused" : "turning";
  };
  pause.hidden = false;
  pause.addEventListener("click", function () { paused = !paused; say(); plan(); });
  board.querySelectorAll("[data-step]").forEach(function (it) {
    it.addEventListener("click", function (event) { event.preventDefault(); show(at + Number(it.dataset.step), true); });
  });
  document.addEventListener("keydown", function (event) {
    if (event.key === "ArrowRight") { show(at + 1, true); }
    if (event.key === "ArrowLeft") { show(at - 1, true); }
  });

  // By the clock of the office, which stands since then: that of this machine may be set anyhow.
  var old = function () {
    age.textContent = board.dataset.old.replace("__", (/\d\d:\d\d/.exec(clock.textContent) || [""])[0]);
  };
  // The last slides stay while the line is cut, and say since when they are old.
  var refresh = function () {
    if (asking) { return; }
    asking = true;
    var gone = window.AbortController ? new AbortController() : null;
    var limit = window.setTimeout(function () { if (gone) { gone.abort(); } }, 20000);
    fetch(location.pathname + "?trang=" + at, { cache: "no-store", signal: gone ? gone.signal : undefined })
      .then(function (it) { if (!it.ok) { throw new Error(String(it.status)); } return it.text(); })
      .then(function (text) {
        var page = new DOMParser().parseFromString(text, "text/html");
        var fresh = page.querySelector("[data-slides]");
        if (!fresh) { throw new Error("no slides"); }
        // A new version of the program came meanwhile.
        var mine = document.querySelector("script[src]"), theirs = page.querySelector("script[src]");
        if (mine && theirs && mine.getAttribute("src") !== theirs.getAttribute("src")) { location.reload(); return; }
        if (fresh.innerHTML !== box.innerHTML) { box.replaceChildren.apply(box, Array.from(fresh.childNodes)); show(at, false); }
        var told = page.querySelector("[data-clock]");
        if (told) { clock.textContent = told.textContent; }
        age.textContent = "";
      })
      .catch(old)
      .then(function () { window.clearTimeout(limit); asking = false; });
  };
  window.setInterval(refresh, Number(board.dataset.every) * 1000);
  window.addEventListener("offline", old);
  window.addEventListener("online", refresh);
  say();
  show(at, false);
})();
