// Holds a step of a filing, or a supplement, in this browser while the network is gone, sealed with a key that only
// the draft's address or the page gives, and sends it once when the network is back: the draft says what of it had
// arrived.
(function () {
  "use strict";
  var form = document.querySelector("form[data-filing], form[data-supplement]"), done = document.querySelector("[data-filing-done]");
  var subtle = window.crypto && window.crypto.subtle;
  if (!(form || done) || !subtle || !window.indexedDB) { return; }
  var path = location.pathname, utf8 = new TextEncoder();
  var about = form && form.dataset.key ? form.dataset.key : path;
  var hash = function (what) { return subtle.digest("SHA-256", utf8.encode(what + about)); };
  var hex = function (it) { return Array.from(new Uint8Array(it)).map(function (b) { return b.toString(16).padStart(2, "0"); }).join(""); };
  var name = function () { return hash("mc-ten ").then(hex); };
  var key = function () {
    return hash("mc-khoa ").then(function (it) { return subtle.importKey("raw", it, "AES-GCM", false, ["encrypt", "decrypt"]); });
  };
  var seal = function (bytes) {
    var iv = window.crypto.getRandomValues(new Uint8Array(12));
    return key().then(function (it) { return subtle.encrypt({ name: "AES-GCM", iv: iv }, it, bytes); })
      .then(function (data) { return { iv: iv, data: data }; });
  };
  var open = function (it) {
    return key().then(function (k) { return subtle.decrypt({ name: "AES-GCM", iv: it.iv }, k, it.data); });
  };
  // One row a draft.
  var store = function (mode, work) {
    return new Promise(function (resolve, reject) {
      var asked = indexedDB.open("mc-nop", 1);
      asked.onupgradeneeded = function () { asked.result.createObjectStore("buoc"); };
      asked.onerror = function () { reject(asked.error); };
      asked.onsuccess = function () {
        var db = asked.result, tx = db.transaction("buoc", mode), got = work(tx.objectStore("buoc"));
        db.onversionchange = function () { db.close(); };
        tx.oncomplete = function () { db.close(); resolve(got && got.result); };
        tx.onerror = function () { db.close(); reject(tx.error); };
      };
    });
  };
  var forget = function () {
    return name().then(function (at) { return store("readwrite", function (it) { it.delete(at); }); }).catch(function () {});
  };
  if (done) { forget(); return; }
  // In a hall the next person stands at the same screen: nothing is held there.
  if (document.querySelector("[data-idle]")) { forget(); return; }

  // A form of the office has parts of its own within the step.
  var said = function (name) { return form.elements[name] ? "&" + name + "=" + encodeURIComponent(form.elements[name].value) : ""; };
  var step = form.elements.buoc ? form.elements.buoc.value + said("phan") + said("cau") : "";
  var mark = function () { return form.elements.dau.value; };
  // A page that answers a form has the address of the step: going back to it asks for the step.
  if (step && form.hasAttribute("data-wrong") && !location.search) { history.replaceState(history.state, "", path + "?buoc=" + step); }
  // What was put back is said where the page begins; what happens to a press, beside the buttons that were pressed.
  var line = function () {
    var it = document.createElement("p");
    it.setAttribute("role", "status");
    it.className = "sr";
    return it;
  };
  var top = line(), near = line();
  form.prepend(top);
  Array.from(form.querySelectorAll(".toolbar")).pop().before(near);
  var put = function (it, words, warn) { it.className = warn ? "warning" : "soft"; it.textContent = words; };
  var pressed = false;
  var say = function (words, warn) {
    put(near, words, warn);
    if (pressed) { near.scrollIntoView({ block: "nearest" }); }
    pressed = false;
  };
  var clock = function (at) { return new Date(at).toTimeString().slice(0, 5); };

  // What the form holds; `wish` is the button that was pressed, if one was.
  var hold = function (wish) {
    var fields = [], files = [];
    new FormData(form).forEach(function (value, field) {
      if (typeof value !== "string") { if (value.size > 0) { files.push([field, value]); } }
      else if (field !== "csrf") { fields.push([field, value]); }
    });
    // What is held has a name: the draft remembers which of it arrived.
    var held = hex(window.crypto.getRandomValues(new Uint8Array(16)));
    if (form.elements.lan) { form.elements.lan.value = held; }
    return Promise.all(files.map(function (it) { return it[1].arrayBuffer().then(seal); })).then(function (bodies) {
      var named = files.map(function (it) { return [it[0], it[1].name, it[1].type]; });
      var head = { step: step, mark: mark(), fields: fields, files: named, wish: wish, at: Date.now(), held: held };
      return seal(utf8.encode(JSON.stringify(head))).then(function (sealed) {
        return name().then(function (at) {
          return store("readwrite", function (it) { it.put({ head: sealed, bodies: bodies }, at); });
        });
      });
    });
  };
  var read = function () {
    return name().then(function (at) { return store("readonly", function (it) { return it.get(at); }); }).then(function (row) {
      if (!row) { return null; }
      return open(row.head).then(function (it) {
        return { head: JSON.parse(new TextDecoder().decode(it)), bodies: row.bodies };
      });
    });
  };
  var fill = function (kept) {
    var head = kept.head, has = function (field, value) {
      return head.fields.some(function (it) { return it[0] === field && (value === undefined || it[1] === value); });
    };
    Array.from(form.elements).forEach(function (it) {
      if (!it.name || it.type === "hidden" || it.type === "file" || it.tagName === "BUTTON") { return; }
      if (it.type === "radio" || it.type === "checkbox") { it.checked = has(it.name, it.value); }
      else if (has(it.name)) { it.value = head.fields.find(function (f) { return f[0] === it.name; })[1]; }
    });
    return Promise.all(kept.bodies.map(open)).then(function (bodies) {
      var by = {};
      bodies.forEach(function (body, at) {
        var it = head.files[at];
        (by[it[0]] = by[it[0]] || new DataTransfer()).items.add(new File([body], it[1], { type: it[2] }));
      });
      Object.keys(by).forEach(function (field) { form.elements[field].files = by[field].files; });
    });
  };

  var leaving = false, waiting = null, timer = 0, retry = 0;
  var alive = function () {
    return fetch("/healthz", { cache: "no-store" }).then(function (it) { if (!it.ok) { throw new Error("down"); } });
  };
  var go = function () {
    leaving = true;
    form.requestSubmit(waiting);
  };
  var wait = function () {
    say(form.dataset.held + " " + clock(Date.now()), true);
    window.clearTimeout(retry);
    retry = window.setTimeout(back, 3000);
  };
  function back() {
    if (waiting && !leaving) { alive().then(function () { say(form.dataset.back || form.dataset.sending, false); go(); }, wait); }
  }
  window.addEventListener("online", back);
  var begin = function (button) {
    waiting = button;
    pressed = true;
    window.clearTimeout(timer);
    hold([button.name, button.value]).catch(function () {}).then(alive).then(go, wait);
  };
  form.addEventListener("submit", function (event) {
    if (leaving) { return; }
    event.preventDefault();
    event.stopPropagation();
    if (!waiting) { begin(event.submitter || form.querySelector("button[name=viec]")); }
  });
  var later = function () {
    window.clearTimeout(timer);
    timer = window.setTimeout(function () { if (!waiting) { hold(null).catch(function () {}); } }, 700);
  };
  form.addEventListener("input", later);
  form.addEventListener("change", later);
  // A page that the browser had put by shows what the draft was then: with a network it is asked for anew.
  window.addEventListener("pageshow", function (event) {
    if (!event.persisted) { return; }
    leaving = false;
    waiting = null;
    alive().then(function () { location.reload(); }, function () {});
  });

  // Whether the page says what is held already.
  var isSaid = function (kept) {
    var shown = new FormData(form), of = function (pairs) {
      return pairs.filter(function (it) { return it[1] !== "" && !/^(csrf|phien|dau|lan|cua-so|buoc|dong-y.*)$/.test(it[0]); })
        .map(function (it) { return it[0] + "=" + it[1].trim().replace(/\s+/g, " "); }).sort().join("\n");
    };
    var texts = Array.from(shown.entries()).filter(function (it) { return typeof it[1] === "string"; });
    return of(texts) === of(kept.head.fields) && kept.head.files.every(function (it) {
      var box = form.elements[it[0]] && form.elements[it[0]].closest("[data-files], .paper");
      return box && Array.from(box.querySelectorAll(".file b")).some(function (b) { return b.textContent === it[1]; });
    });
  };

  read().then(function (kept) {
    if (!kept) { return null; }
    var arrived = (form.dataset.arrived || "").split(" ").indexOf(kept.head.held) >= 0;
    if (arrived) { return forget(); }
    if (kept.head.mark !== mark()) {
      if (kept.head.step !== step) {
        if (kept.head.wish) { location.replace(path + "?buoc=" + encodeURI(kept.head.step)); }
        return null;
      }
      // The page that says that it was changed elsewhere shows what was sent and not kept.
      if (form.hasAttribute("data-stale")) { return hold(null); }
      if (isSaid(kept)) { return forget(); }
      // Somebody changed the draft meanwhile: who held this sees it, and the server tells him once more.
      return fill(kept).then(function () {
        form.elements.dau.value = kept.head.mark;
        put(top, form.dataset.elsewhere + " " + clock(kept.head.at), true);
        return hold(null);
      });
    }
    if (kept.head.step !== step) {
      if (kept.head.wish) { location.replace(path + "?buoc=" + encodeURI(kept.head.step)); }
      return null;
    }
    return fill(kept).then(function () {
      put(top, form.dataset.restored + " " + clock(kept.head.at), false);
      if (!kept.head.wish) { return; }
      var button = Array.from(form.querySelectorAll("button[name=viec]"))
        .find(function (it) { return it.value === kept.head.wish[1]; });
      if (button) { begin(button); }
    });
  }).catch(function () {});
})();
