// Suggestions under a search box: the first links of the page that the search would show.
// The box is an ordinary `<input type="search" data-combo>` in a form that works without this.
(function () {
  "use strict";
  var all = function (what, where) { return Array.from(where.querySelectorAll(what)); };
  all("input[data-combo]", document).forEach(function (box, nth) {
    var list = document.createElement("ul"), holder = document.createElement("div");
    var at = -1, timer = 0, turn = 0;
    holder.className = "combo";
    box.replaceWith(holder);
    holder.append(box, list);
    list.className = "options";
    list.id = "options-" + nth;
    list.hidden = true;
    list.setAttribute("role", "listbox");
    list.setAttribute("aria-label", box.getAttribute("aria-label") || "");
    [["role", "combobox"], ["aria-autocomplete", "list"], ["aria-controls", list.id], ["aria-expanded", "false"], ["autocomplete", "off"]]
      .forEach(function (it) { box.setAttribute(it[0], it[1]); });
    if (box.autofocus) { box.focus(); }
    var show = function (open) {
      list.hidden = !open;
      box.setAttribute("aria-expanded", String(open));
      if (!open) { at = -1; box.removeAttribute("aria-activedescendant"); }
    };
    var pick = function (next) {
      var options = all("li", list);
      at = (next + options.length) % options.length;
      options.forEach(function (it, i) { it.setAttribute("aria-selected", String(i === at)); });
      box.setAttribute("aria-activedescendant", options[at].id);
      options[at].scrollIntoView({ block: "nearest" });
    };
    var fill = function (page) {
      var links = all("[data-results] a[href], .cards h2 a, .cards h3 a", page).slice(0, 8);
      list.replaceChildren.apply(list, links.map(function (link, i) {
        var option = document.createElement("li"), more = link.closest("li") && link.closest("li").querySelector(".soft");
        option.id = list.id + "-" + i;
        option.dataset.href = link.getAttribute("href");
        option.setAttribute("role", "option");
        option.setAttribute("aria-selected", "false");
        option.textContent = link.textContent;
        if (more) { option.append(Object.assign(document.createElement("small"), { textContent: more.textContent })); }
        return option;
      }));
      at = -1;
      show(links.length > 0);
    };
    box.addEventListener("input", function () {
      var mine = ++turn;
      window.clearTimeout(timer);
      if (box.value.trim().length < 2) { show(false); return; }
      timer = window.setTimeout(function () {
        fetch((box.dataset.combo || box.form.action) + "?" + new URLSearchParams(new FormData(box.form)))
          .then(function (it) { return it.ok ? it.text() : ""; })
          .then(function (text) {
            if (mine === turn) { fill(new DOMParser().parseFromString(text, "text/html")); }
          }, function () { show(false); });
      }, 180);
    });
    box.addEventListener("keydown", function (event) {
      if (list.hidden) { return; }
      if (event.key === "ArrowDown" || event.key === "ArrowUp") {
        event.preventDefault();
        pick(event.key === "ArrowDown" ? at + 1 : (at < 0 ? 0 : at) - 1);
      } else if (event.key === "Enter" && at >= 0) {
        event.preventDefault();
        window.location.assign(list.children[at].dataset.href);
      } else if (event.key === "Escape") { event.preventDefault(); show(false); }
    });
    list.addEventListener("mousedown", function (event) {
      var option = event.target.closest("li");
      event.preventDefault();
      if (option) { window.location.assign(option.dataset.href); }
    });
    box.addEventListener("blur", function () { turn++; show(false); });
  });
})();

// The rest of the menu closes when one looks elsewhere.
document.addEventListener("click", (event) => {
  for (const it of document.querySelectorAll(".menu .more[open]")) {
    if (!it.contains(event.target)) it.open = false;
  }
});
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  for (const it of document.querySelectorAll(".menu .more[open]")) {
    it.open = false;
    it.querySelector("summary").focus();
  }
});
