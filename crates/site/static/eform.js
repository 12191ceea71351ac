// A form of the office while it is filled in: questions come and go with the answers, what is
// computed is shown at once, what is wrong is said when a field is left. The server says the same.
(() => {
  "use strict";
  const root = document.querySelector("[data-eform]");
  const form = root && root.closest("form");
  if (!form || !globalThis.eformJudge) return;
  const data = JSON.parse(root.dataset.eform);
  const fields = data.form.pages.flatMap((page) => page.fields);
  const known = new Map(fields.map((it) => [it.code, it]));

  const controls = (name) => [...root.querySelectorAll(`[name="${CSS.escape(name)}"]`)];
  const text = (name) => {
    const all = controls(name);
    const it = all.find((one) => (one.type === "radio" || one.type === "checkbox" ? one.checked : true));
    return it ? it.value : "";
  };
  const read = (field) => {
    const name = `f.${field.code}`;
    if (field.kind === "address") {
      return controls(`${name}.unit`).length ? { unit: text(`${name}.unit`), detail: text(`${name}.detail`) } : undefined;
    }
    if (field.kind === "table") {
      const cells = [...root.querySelectorAll(`[name^="${CSS.escape(name)}."]`)];
      if (!cells.length) return undefined;
      const rows = [];
      for (const cell of cells) {
        const [number, column] = cell.name.slice(name.length + 1).split(".");
        const row = (rows[number - 1] ||= {});
        if ((cell.type !== "radio" && cell.type !== "checkbox") || cell.checked) row[column] = cell.value;
      }
      return Array.from(rows, (it) => it || {});
    }
    const all = controls(name);
    if (!all.length) return undefined;
    if (field.kind === "multiple_choice") return all.filter((it) => it.checked).map((it) => it.value);
    if (field.kind === "file") return all.filter((it) => it.type === "hidden").map((it) => it.value);
    return text(name);
  };
  const judged = () => {
    const answers = { ...data.answers };
    for (const field of fields) {
      const it = read(field);
      if (it !== undefined) answers[field.code] = it;
    }
    return eformJudge(data.form, answers, data.today);
  };

  const grouped = (digits) => digits.replace(/\B(?=(\d{3})+$)/g, ".");
  const shown = (field, value) => {
    if (value === undefined) return "–";
    if (/^-?\d+$/.test(value)) return grouped(value) + (field.money ? " đồng" : "");
    return value.replace(/^(\d{4})-(\d{2})-(\d{2})$/, "$3/$2/$1");
  };
  const say = (it) => {
    if (it.code.startsWith("rule:")) return data.rules[it.code.slice(5)];
    const number = it.number === null ? "" : Math.abs(it.number) < 10000 ? String(it.number) : grouped(String(it.number));
    return data.messages[it.code].replace("{n}", number);
  };
  // The element that carries the mistake of a path, and where the mistake stands.
  const place = (path) => {
    const control = document.getElementById(`f.${path}`);
    return control && { control, box: control.closest(".field") || control };
  };
  const mark = (path, message) => {
    const at = place(path);
    if (!at) return;
    const id = `f.${path}-mistake`;
    let told = document.getElementById(id);
    at.box.classList.toggle("wrong", Boolean(message));
    if (!message) {
      if (told) told.remove();
      at.control.removeAttribute("aria-invalid");
      return;
    }
    if (!told) {
      told = Object.assign(document.createElement("p"), { id, className: "mistake" });
      const head = at.box.querySelector("legend, label");
      head.after(told);
    }
    told.textContent = message;
    if (at.control.tagName !== "FIELDSET") at.control.setAttribute("aria-invalid", "true");
    const hint = document.getElementById(`f.${path}-hint`);
    at.control.setAttribute("aria-describedby", hint ? `${hint.id} ${id}` : id);
  };

  const update = () => {
    const it = judged();
    for (const box of root.querySelectorAll("[data-f]")) {
      const show = it.visible.includes(box.dataset.f);
      box.hidden = !show;
      box.querySelector("[name=f-shown]").disabled = !show;
    }
    for (const section of root.querySelectorAll("[data-page]")) {
      section.hidden = !section.querySelector("[data-f]:not([hidden])");
    }
    for (const output of root.querySelectorAll("[data-computed]")) {
      const code = output.dataset.computed;
      output.firstElementChild.textContent = shown(known.get(code), it.computed[code]);
    }
    return it;
  };
  // What the form proposes stands in its field while that is empty, and goes with what it was taken from.
  const put = (field, answer) => {
    const name = `f.${field.code}`;
    if (field.kind === "address") {
      for (const part of ["unit", "detail"]) {
        const control = controls(`${name}.${part}`)[0];
        if (control) control.value = answer ? answer[part] : "";
      }
      return;
    }
    const shownAs = String(answer ?? "").replace(/^(\d{4})-(\d{2})-(\d{2})$/, "$3/$2/$1");
    for (const control of controls(name)) {
      if (control.type === "radio") control.checked = control.value === (answer ?? "");
      else control.value = shownAs;
    }
  };
  const same = (a, b) => JSON.stringify(a) === JSON.stringify(b);
  const blank = (answer) => !answer || (typeof answer === "object" && !answer.unit && !answer.detail);
  let follows = judged().follows;
  const propose = () => {
    for (let round = 0; round < 16; round += 1) {
      const it = judged();
      let changed = false;
      for (const field of fields) {
        const [before, now, typed] = [follows[field.code], it.follows[field.code], read(field)];
        if (typed === undefined || same(before, now) || !it.visible.includes(field.code)) continue;
        const stale = before !== undefined && same(before, it.answers[field.code]);
        if (stale || (now !== undefined && blank(typed))) {
          put(field, now);
          changed = true;
        }
      }
      follows = it.follows;
      if (!changed) return;
    }
  };
  const touched = new Set();
  const pathOf = (control) => control.name.slice(2);
  const tell = (it) => {
    for (const path of touched) {
      const wrong = it.mistakes.find((one) => one.path === path && known.get(path.split(".")[0]).kind !== "file");
      mark(path, wrong ? say(wrong) : "");
    }
  };
  root.addEventListener("input", (event) => {
    const it = update();
    // What was said goes as soon as it is put right; what is new waits until the field is left.
    if (event.target.name && event.target.name.startsWith("f.") && touched.has(pathOf(event.target))) tell(it);
  });
  // What is said beside a field moves what stands below it: never from under a finger that presses a button there.
  let pressed = false, waiting = false;
  document.addEventListener("pointerdown", () => { pressed = true; }, true);
  document.addEventListener("keydown", () => { pressed = false; }, true);
  for (const end of ["pointerup", "pointercancel"]) {
    document.addEventListener(end, () => {
      setTimeout(() => {
        pressed = false;
        if (waiting) tell(update());
        waiting = false;
      }, 60);
    }, true);
  }
  root.addEventListener("change", (event) => {
    if (!event.target.name || !event.target.name.startsWith("f.")) return;
    // "phu son" is the commune that it can mean.
    if (event.target.list && event.target.list.id === "f-units") {
      event.target.value = eformPlace(event.target.value, [...event.target.list.options].map((it) => it.value));
    }
    propose();
    touched.add(pathOf(event.target));
    if (pressed && event.target.tagName !== "SELECT") waiting = true;
    else tell(update());
  });
  for (const told of root.querySelectorAll("p.mistake[id]")) touched.add(told.id.slice(2, -"-mistake".length));
  update();
})();
