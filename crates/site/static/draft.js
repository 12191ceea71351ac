// Keeps what is typed into the counter's form: on the server while it is reached, else in this browser,
// sealed with a key that only the server gives out. Sent once when the network is back.
(function () {
  "use strict";
  var form = document.querySelector("form[data-draft]");
  var about = document.querySelector("[data-draft-account]");
  if (!about) { return; }
  var account = about.dataset.draftAccount, prefix = "mc-nhap:" + account + ":";
  var subtle = window.crypto && window.crypto.subtle;
  var csrf = function () { return form ? form.elements.csrf.value : about.dataset.draftCsrf; };
  var setCsrf = function (value) {
    document.querySelectorAll("input[name=csrf]").forEach(function (it) { it.value = value; });
    about.dataset.draftCsrf = value;
  };
  var store = function (work) { try { return work(window.localStorage); } catch (_) { return null; } };
  var state = document.querySelector("[data-draft-state]") || about;
  var say = function (text, warn, link) {
    state.hidden = false;
    state.className = warn ? "draft-state warn" : "draft-state";
    state.textContent = text;
    if (link) { state.append(" ", Object.assign(document.createElement("a"), { href: link[0], textContent: link[1], target: link[2] || "" })); }
  };
  var clock = function () { return new Date().toTimeString().slice(0, 5); };

  // Copies in this browser.
  var bytes = function (hex) { return new Uint8Array(hex.match(/../g).map(function (it) { return parseInt(it, 16); })); };
  var hex = function (it) { return Array.from(new Uint8Array(it)).map(function (b) { return b.toString(16).padStart(2, "0"); }).join(""); };
  var key = function () { return subtle.importKey("raw", bytes(about.dataset.draftKey), "AES-GCM", false, ["encrypt", "decrypt"]); };
  var seal = function (text) {
    var iv = window.crypto.getRandomValues(new Uint8Array(12));
    return key().then(function (it) { return subtle.encrypt({ name: "AES-GCM", iv: iv }, it, new TextEncoder().encode(text)); })
      .then(function (it) { return hex(iv) + ":" + hex(it); });
  };
  var open = function (sealed) {
    var parts = sealed.split(":");
    return key().then(function (it) { return subtle.decrypt({ name: "AES-GCM", iv: bytes(parts[0]) }, it, bytes(parts[1])); })
      .then(function (it) { return new TextDecoder().decode(it); });
  };
  // Somebody else's copies do not stay when this person works here.
  store(function (it) {
    Object.keys(it).forEach(function (name) { if (name.startsWith("mc-nhap:") && !name.startsWith(prefix)) { it.removeItem(name); } });
  });

  var post = function (text) {
    var fields = new URLSearchParams(text);
    fields.set("csrf", csrf());
    return fetch("/co-quan/nhap", { method: "POST", body: fields, redirect: "manual", keepalive: String(fields).length < 60000 });
  };
  // Whether server and session are there; gives the session's token for forms.
  var alive = function () {
    return fetch("/co-quan/nhap/song", { redirect: "manual", cache: "no-store" }).then(function (it) {
      if (!it.ok) { throw Object.assign(new Error("session"), { over: true }); }
      return it.json();
    }).then(function (it) {
      if (String(it["tai-khoan"]) !== account) { throw Object.assign(new Error("other"), { over: true }); }
      setCsrf(it.csrf);
    });
  };
  var send = function (text) {
    return post(text).then(function (it) {
      if (it.ok) { return it.json(); }
      // A new sign-in has a new token: asked for once, then sent again.
      return alive().then(function () { return post(text); }).then(function (again) {
        if (!again.ok) { throw Object.assign(new Error("refused"), { over: true }); }
        return again.json();
      });
    });
  };

  // What was left here when the network was down goes to the list of drafts.
  var left = store(function (it) { return Object.keys(it).filter(function (name) { return name.startsWith(prefix); }); }) || [];
  var mine = form ? prefix + form.elements.lan.value : "";
  if (subtle) {
    left.filter(function (name) { return name !== mine; }).forEach(function (name) {
      open(store(function (it) { return it.getItem(name); }) || "").then(send).then(function (kept) {
        store(function (it) { it.removeItem(name); });
        // It was sent after all.
        if (!kept.so) { return; }
        var note = document.createElement("p");
        note.className = "alert";
        note.setAttribute("role", "status");
        note.append("Máy này còn giữ một biểu mẫu lúc mất mạng; đã chuyển vào ", Object.assign(document.createElement("a"), { href: "/co-quan/nhap", textContent: "bản nháp" }), ".");
        document.querySelector("main").prepend(note);
      }, function () {});
    });
  }
  if (!form) { return; }
  // Nothing is lost by leaving: nobody is asked whether he is sure.
  form.removeAttribute("data-keep");

  var changed = false, busy = false, waiting = null, leaving = false, timer = 0, retry = 0;
  var read = function () {
    var fields = new URLSearchParams();
    new FormData(form).forEach(function (value, name) { if (typeof value === "string" && name !== "csrf") { fields.append(name, value); } });
    if (waiting) { fields.set("cho-gui", "1"); }
    return fields.toString();
  };
  var later = function (ms) { window.clearTimeout(timer); timer = window.setTimeout(save, ms); };
  var over = function () {
    say("Phiên làm việc đã hết; nội dung vẫn còn ở đây.", true, ["/co-quan/dang-nhap", "Đăng nhập lại ở cửa sổ mới, rồi bấm lại.", "_blank"]);
  };
  // In this browser while the server is out of reach. Without a secure page nothing personal is written.
  var hold = function (why) {
    if (why && why.over) { over(); }
    else if (!subtle) { say("Mất mạng: nội dung đang giữ trong trang này, đừng đóng trang.", true); }
    if (subtle) {
      seal(read()).then(function (it) {
        store(function (local) { local.setItem(mine, it); });
        if (!(why && why.over)) { say("Mất mạng: đang giữ trong máy này lúc " + clock() + (waiting ? "; sẽ gửi khi có mạng." : "."), true); }
      }, function () {});
    }
    window.clearTimeout(retry);
    retry = window.setTimeout(back, 3000);
  };
  function save() {
    if (leaving) { return; }
    if (busy) { later(500); return; }
    busy = true;
    changed = false;
    send(read()).then(function (it) {
      busy = false;
      if (leaving) { return; }
      store(function (local) { local.removeItem(mine); });
      if (it.so) { say("Đã lưu nháp " + it.luc + ".", false); }
      if (changed) { later(800); }
    }, function (why) { busy = false; changed = true; hold(why); });
  }
  var leave = function (button) {
    leaving = true;
    form.requestSubmit(button);
  };
  function back() {
    alive().then(function () {
      if (waiting) { say("Có mạng lại: đang gửi…", false); leave(waiting); } else if (changed) { save(); }
    }, function (why) { hold(why); });
  }
  window.addEventListener("online", back);
  form.addEventListener("input", function () { changed = true; later(1000); });
  form.addEventListener("change", function () { changed = true; later(1000); });
  document.addEventListener("visibilitychange", function () { if (document.hidden && changed && !leaving) { save(); } });
  window.addEventListener("mc:leave", function () { if (changed) { save(); } });

  // Before the page is left for good: is anybody there? A press while the network is down waits, and is
  // sent once: the form's token makes a second one find the first.
  form.addEventListener("submit", function (event) {
    if (leaving) { return; }
    event.preventDefault();
    event.stopPropagation();
    var button = event.submitter;
    if (waiting) { return; }
    waiting = button || form.querySelector("[data-main]");
    alive().then(function () { leave(waiting); }, function (why) {
      if (why && why.over) { waiting = null; }
      changed = true;
      hold(why);
    });
  });
  window.addEventListener("pageshow", function (event) { if (event.persisted) { leaving = false; waiting = null; } });
})();
