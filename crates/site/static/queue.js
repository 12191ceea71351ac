// The hall and the desk: parts that stay fresh, keys, the call screen. All of it works without this, slower.
(function () {
  "use strict";
  var all = function (what, where) { return Array.from((where || document).querySelectorAll(what)); };

  // A part that is fetched anew every so many seconds, while the page is looked at.
  all("[data-refresh]").forEach(function (part) {
    window.setInterval(function () {
      var old = document.getElementById(part.id);
      if (!old || document.hidden || old.contains(document.activeElement)) { return; }
      fetch(location.href, { headers: { "x-part": part.id } })
        .then(function (it) { return it.ok && !it.redirected ? it.text() : ""; })
        .then(function (text) {
          var fresh = text && new DOMParser().parseFromString(text, "text/html").getElementById(part.id);
          if (fresh && fresh.innerHTML !== old.innerHTML) { old.replaceChildren.apply(old, Array.from(fresh.childNodes)); }
        }, function () {});
    }, Number(part.dataset.refresh) * 1000);
  });

  // Keys of the desk: one letter, one button.
  document.addEventListener("keydown", function (event) {
    if (event.ctrlKey || event.altKey || event.metaKey || event.repeat || /^(INPUT|TEXTAREA|SELECT)$/.test(event.target.tagName)) { return; }
    var button = all("[data-key]").find(function (it) { return it.dataset.key === event.key.toLowerCase(); });
    if (button) { event.preventDefault(); button.click(); }
  });

  // A kiosk prints the number and goes back to its first page.
  var back = document.querySelector("[data-back]");
  if (back) {
    if (back.hasAttribute("data-print-once")) { window.setTimeout(function () { window.print(); }, 400); }
    window.setTimeout(function () { location.assign(back.dataset.back); }, 20000);
  }

  var screen = document.querySelector("[data-screen]");
  if (!screen || !window.EventSource) { return; }
  var last = Number(screen.dataset.last), heard = Date.now(), source = null, waiting = [], speaking = false;
  var now = screen.querySelector("[data-now]"), desk = screen.querySelector("[data-now-desk]");
  var list = screen.querySelector("[data-calls]"), cut = screen.querySelector("[data-line]");
  var button = screen.querySelector("[data-speak]"), loud = false;
  var shown = now.textContent === "" ? null : { label: now.textContent, desk: desk.textContent, at: "" };

  // One voice at a time; none is left out.
  var speak = function () {
    var text = waiting.shift();
    if (!text) { speaking = false; return; }
    speaking = true;
    var it = new SpeechSynthesisUtterance(text);
    it.lang = "vi-VN";
    it.rate = 0.9;
    var voice = speechSynthesis.getVoices().find(function (it) { return /^vi/i.test(it.lang); });
    if (voice) { it.voice = voice; }
    it.onend = it.onerror = speak;
    speechSynthesis.speak(it);
  };
  if (button && window.speechSynthesis) {
    button.hidden = false;
    button.addEventListener("click", function () {
      loud = !loud;
      button.setAttribute("aria-pressed", String(loud));
      button.textContent = loud ? button.dataset.on : button.dataset.off;
      if (!loud) { waiting = []; speechSynthesis.cancel(); speaking = false; }
    });
  }
  var show = function (call) {
    if (call.number <= last) { return; }
    last = call.number;
    if (shown && shown.label !== call.label) {
      all("li", list).forEach(function (it) { if (it.dataset.label === shown.label || it.querySelector("b").textContent === shown.label) { it.remove(); } });
      var line = document.createElement("li");
      [["b", shown.label], ["span", shown.desk], ["time", shown.at]].forEach(function (part) {
        line.append(Object.assign(document.createElement(part[0]), { textContent: part[1] }));
      });
      list.prepend(line);
      while (list.children.length > 5) { list.lastElementChild.remove(); }
    }
    shown = { label: call.label, desk: screen.dataset.desk + " " + call.desk, at: call.at };
    all("[data-none]", screen).forEach(function (it) { it.remove(); });
    now.textContent = shown.label;
    desk.textContent = shown.desk;
    now.parentElement.classList.add("fresh");
    window.setTimeout(function () { now.parentElement.classList.remove("fresh"); }, 6000);
    if (loud) { waiting.push(call.spoken); if (!speaking) { speak(); } }
  };
  var alive = function () { heard = Date.now(); cut.hidden = true; };
  var open = function () {
    if (source) { source.close(); }
    source = new EventSource(screen.dataset.screen + "?sau=" + last);
    source.addEventListener("goi", function (event) { alive(); show(JSON.parse(event.data)); });
    source.addEventListener("cho", function (event) {
      var told = JSON.parse(event.data);
      alive();
      all("[data-lane]", screen).forEach(function (it) { if (it.dataset.lane in told) { it.textContent = told[it.dataset.lane]; } });
    });
    source.addEventListener("nhip", function (event) { alive(); document.getElementById("gio").textContent = event.data; });
  };
  open();
  // No sign of life for long: the line is cut, whatever the browser believes.
  window.setInterval(function () {
    if (Date.now() - heard > 25000) { cut.hidden = false; heard = Date.now() - 10000; open(); }
  }, 3000);
})();
