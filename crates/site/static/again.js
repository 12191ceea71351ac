// A form that carries its answers along has no address for each of its screens: whoever goes back to one has it drawn
// anew with the answers with which he left it. They lie with that entry of the browser's history, for half an hour.
(function () {
  "use strict";
  var form = document.querySelector("form[data-again]");
  // In a hall the next person goes back in the same window.
  if (!form || document.querySelector("[data-idle]")) { return; }
  var OWN_MS = 30 * 60 * 1000, held = history.state && history.state.again;
  if (held && Date.now() - held.at < OWN_MS) {
    history.replaceState(null, "");
    var back = document.createElement("form");
    back.method = "post";
    back.action = form.action;
    held.fields.concat([["csrf", form.elements.csrf.value]]).forEach(function (it) {
      back.append(Object.assign(document.createElement("input"), { type: "hidden", name: it[0], value: it[1] }));
    });
    back.hidden = true;
    document.body.append(back);
    // Before the page has loaded, it takes the place of this entry.
    back.submit();
    return;
  }
  var keep = function () {
    var fields = Array.from(new FormData(form).entries()).filter(function (it) {
      return typeof it[1] === "string" && it[0] !== "csrf" && it[0] !== "viec";
    });
    fields.push(["viec", form.dataset.again]);
    history.replaceState({ again: { fields: fields, at: Date.now() } }, "");
  };
  keep();
  form.addEventListener("submit", keep);
})();
