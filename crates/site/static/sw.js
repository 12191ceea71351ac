// Keeps what was read, for when there is no network. Pages of the office are never kept; a citizen's own page
// is kept for the half hour in which it could be opened, longer only where he asked for it.
"use strict";
var STATIC = "mc-tinh-__VERSION__", PAGES = "mc-trang", OWN = "mc-rieng";
var FILES = "__FILES__";
var OWN_MS = 30 * 60 * 1000, LONG_MS = 30 * 24 * 3600 * 1000, PAGES_MAX = 60;
var ASKED = "/__mc/giu", LANG = "/__mc/lang", WHOSE = "/__mc/ai";

self.addEventListener("install", function (event) {
  event.waitUntil(caches.open(STATIC).then(function (it) {
    return it.addAll(FILES.map(function (url) { return new Request(url, { credentials: "omit" }); }));
  }).then(function () { return self.skipWaiting(); }));
});
self.addEventListener("activate", function (event) {
  event.waitUntil(caches.keys().then(function (names) {
    return Promise.all(names.filter(function (it) { return it.startsWith("mc-tinh-") && it !== STATIC; })
      .map(function (it) { return caches.delete(it); }));
  }).then(function () {
    // Once it was asked for every dossier of a device: that is nobody's wish who comes later.
    return caches.open(OWN).then(function (cache) { return cache.delete(ASKED); });
  }).then(tidy).then(function () { return self.clients.claim(); }));
});

// Copies whose time is over go.
function tidy() {
  return caches.open(OWN).then(function (cache) {
    return cache.keys().then(function (all) {
      return Promise.all(all.map(function (key) {
        return cache.match(key).then(function (it) {
          var until = Number(it && it.headers.get("mc-den"));
          return until && until < Date.now() ? cache.delete(key) : null;
        });
      }));
    });
  });
}

// The first page of all was read before anybody kept anything: it asks to be kept.
self.addEventListener("message", function (event) {
  var url = new URL(String(event.data && event.data.keep || ""), self.location.origin);
  if (url.origin !== self.location.origin || url.pathname.startsWith("/co-quan")) { return; }
  event.waitUntil(fetch(url.href).then(function (it) {
    return hear(it.headers.get("mc-who")).then(function () { return keep(it, url); });
  }).catch(function () {}));
});

self.addEventListener("fetch", function (event) {
  var request = event.request, url = new URL(request.url);
  if (url.origin !== self.location.origin) { return; }
  if (request.method === "GET" && url.pathname.startsWith("/static/") && url.searchParams.has("v")) {
    event.respondWith(file(request));
  } else if (request.mode === "navigate" && !url.pathname.startsWith("/co-quan")) {
    // Whoever signs out leaves nothing of his own to the next one at this device.
    if (request.method === "POST" && (url.pathname === "/dang-xuat" || url.pathname === "/tai-khoan/dong")) { event.waitUntil(leave()); }
    event.respondWith(request.method === "GET" ? page(event, request, url) : fetch(request).catch(function () { return unsent(url); }));
  }
});

// A form that was sent cannot be had again by going back. Where there is a network its address is asked for; there
// one finds what was kept.
function unsent(url) {
  return fetch("/healthz", { cache: "no-store" }).then(function (it) {
    return it.ok ? Response.redirect(url.href, 303) : away();
  }, away);
}

function leave() {
  indexedDB.deleteDatabase("mc-nop");
  return Promise.all([caches.delete(OWN), hush()]);
}

// Notices about what one had here do not come to whoever uses the device next.
function hush() {
  return self.registration.pushManager ? self.registration.pushManager.getSubscription().then(function (held) {
    return held ? held.unsubscribe() : null;
  }).catch(function () {}) : null;
}

// A notice: what it says was sealed for this browser. One that comes twice takes the place of the first.
self.addEventListener("push", function (event) {
  var it = {};
  try { it = event.data ? event.data.json() : {}; } catch (_) { it = {}; }
  event.waitUntil(self.registration.showNotification(String(it.title || "Một Cửa"), {
    body: String(it.body || ""), tag: String(it.tag || "mc"), icon: "/static/icon-192.png", lang: it.lang === "en" ? "en" : "vi",
    data: { url: String(it.url || "/") }
  }));
});
self.addEventListener("notificationclick", function (event) {
  event.notification.close();
  var url = new URL((event.notification.data && event.notification.data.url) || "/", self.location.origin);
  if (url.origin !== self.location.origin) { return; }
  event.waitUntil(self.clients.matchAll({ type: "window" }).then(function (open) {
    var same = open.filter(function (it) { return it.url === url.href; })[0];
    return same ? same.focus() : self.clients.openWindow(url.href);
  }));
});

function file(request) {
  return caches.match(request).then(function (kept) {
    return kept || fetch(request).then(function (it) {
      if (it.ok) {
        var copy = it.clone();
        caches.open(STATIC).then(function (cache) { return cache.put(request, copy); }).catch(function () {});
      }
      return it;
    });
  });
}

// One page, one copy: the language is a matter of the reader, not of the address.
function key(url) {
  var asked = new URLSearchParams(url.search);
  asked.delete("lang");
  var query = asked.toString();
  return url.pathname + (query ? "?" + query : "");
}

function page(event, request, url) {
  return fetch(request).then(function (it) {
    var held = it.clone();
    event.waitUntil(hear(it.headers.get("mc-who")).then(function () { return keep(held, url); }).then(tidy).catch(function () {}));
    return it;
  }, function () { return tidy().then(function () { return copy(url); }); });
}

// Whose session the browser shows. Where it was ended, copies that were read in it go; whoever signs in as somebody
// else finds nothing of who was here before.
function hear(whose) {
  if (!whose) { return Promise.resolve(); }
  return caches.open(OWN).then(function (cache) {
    return cache.match(WHOSE).then(function (it) { return it ? it.text() : ""; }).then(function (before) {
      if (whose === before) { return null; }
      if (whose !== "-") {
        return (before ? leave() : Promise.resolve()).then(function () { return caches.open(OWN); })
          .then(function (own) { return own.put(WHOSE, new Response(whose)); });
      }
      return cache.keys().then(function (all) {
        return Promise.all(all.map(function (at) {
          return cache.match(at).then(function (it) {
            return it && it.headers.get("mc-who") ? Promise.all([cache.delete(at), cache.delete(ASKED + new URL(at.url).pathname)]) : null;
          });
        }));
      });
    });
  });
}

function keep(answer, url) {
  var how = answer.headers.get("mc-keep");
  var at = key(url);
  // What one may not read any more leads elsewhere; with its secret it leads to itself.
  var led = (answer.type === "opaqueredirect" || answer.redirected) && url.pathname.startsWith("/ho-so/") && !url.searchParams.has("ma");
  if (led || answer.status === 404 || answer.status === 410) {
    return caches.open(OWN).then(function (cache) { return cache.delete(at); });
  }
  if (answer.status !== 200 || answer.redirected || !how || url.searchParams.has("ma")) { return Promise.resolve(); }
  return Promise.all([answer.text(), caches.open(how === "own" ? OWN : PAGES), caches.match(ASKED + url.pathname)]).then(function (all) {
    var html = all[0], cache = all[1], now = Date.now();
    var headers = { "content-type": "text/html; charset=utf-8", "mc-luc": String(now),
      "content-security-policy": answer.headers.get("content-security-policy") || "default-src 'self'",
      "mc-ten": encodeURIComponent((/<title>([^<]*)/.exec(html) || ["", ""])[1]) };
    if (answer.headers.get("mc-who")) { headers["mc-who"] = answer.headers.get("mc-who"); }
    if (how === "own") { headers["mc-den"] = String(now + (all[2] ? LONG_MS : OWN_MS)); }
    var lang = (/<html lang="(\w+)/.exec(html) || ["", "vi"])[1];
    return cache.delete(at).then(function () { return cache.put(at, new Response(html, { headers: headers })); })
      .then(function () { return caches.open(PAGES); })
      .then(function (pages) { return pages.put(LANG, new Response(lang)); })
      .then(function () { return how === "own" ? null : cut(cache); });
  });
}

// The oldest go when there are many.
function cut(cache) {
  return cache.keys().then(function (all) {
    return Promise.all(all.slice(0, Math.max(0, all.length - PAGES_MAX)).map(function (it) { return cache.delete(it); }));
  });
}

function copy(url) {
  var at = key(url);
  return Promise.all([OWN, PAGES].map(function (name) {
    return caches.open(name).then(function (cache) { return cache.match(at); });
  })).then(function (found) {
    var kept = found[0] || found[1];
    if (!kept) { return away(); }
    return kept.text().then(function (html) {
      var when = new Date(Number(kept.headers.get("mc-luc")));
      var two = function (n) { return String(n).padStart(2, "0"); };
      var told = two(when.getHours()) + ":" + two(when.getMinutes()) + ", "
        + two(when.getDate()) + "/" + two(when.getMonth() + 1) + "/" + when.getFullYear();
      var banded = html.replace(/<body[^>]*data-kept="([^"]*)"[^>]*>/, function (body, words) {
        return body + '<p class="kept-band" role="status">' + words + " " + told + "</p>";
      });
      return new Response(banded, { headers: kept.headers });
    });
  });
}

// The page that stands in for one that cannot be had, in the language that was read last.
function away() {
  return caches.match(LANG).then(function (it) { return it ? it.text() : "vi"; }).then(function (lang) {
    return caches.match("/ngoai-tuyen?lang=" + (lang === "en" ? "en" : "vi"));
  }).then(function (it) { return it || Response.error(); });
}
