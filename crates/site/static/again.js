// A form that carries its answers along has no address for each of its screens: whoever goes back to one has it drawn
// anew with the answers that he gave last. They lie with this window, for half an hour.
(function () {
  "use strict";
  var form = document.querySelector("form[data-again]"), store = null;
  try { store = window.sessionStorage; } catch (_) { store = null; }
  // In a hall the next person goes back in the same window.
  if (!form || !store || document.querySelector("[data-idle]")) { return; }
  var OWN_MS = 30 * 60 * 1000, NAME = "mc-to-khai:" + location.pathname;
  var SCREEN = ["phan", "cau", "viec"];
  var isScreen = function (it) { return SCREEN.indexOf(it[0]) >= 0; };
  var held = null, screen = history.state && history.state.again;
  try { held = JSON.parse(store.getItem(NAME) || "null"); } catch (_) { held = null; }
  if (held && Date.now() - held.at > OWN_MS) { held = null; store.removeItem(NAME); }
  if (held && screen) {
    history.replaceState(null, "");
    var back = document.createElement("form");
    back.method = "post";
    back.action = form.action;
    held.fields.concat(screen, [["csrf", form.elements.csrf.value]]).forEach(function (it) {
      back.append(Object.assign(document.createElement("input"), { type: "hidden", name: it[0], value: it[1] }));
    });
    back.hidden = true;
    document.body.append(back);
    // Before the page has loaded, it takes the place of this entry.
    back.submit();
    return;
  }
  var fields = function () {
    return Array.from(new FormData(form).entries()).filter(function (it) { return typeof it[1] === "string" && it[0] !== "csrf"; });
  };
  var keep = function () {
    var said = { at: Date.now(), fields: fields().filter(function (it) { return !isScreen(it); }) };
    try { store.setItem(NAME, JSON.stringify(said)); } catch (_) { store.removeItem(NAME); }
  };
  var here = fields().filter(function (it) { return isScreen(it) && it[0] !== "viec"; });
  history.replaceState({ again: here.concat([["viec", form.dataset.again]]) }, "");
  form.addEventListener("submit", keep);
  window.addEventListener("pagehide", keep);
})();
