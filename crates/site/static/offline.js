// Has the service worker keep what is read, and lets whoever uses this browser say what stays in it.
(function () {
  "use strict";
  // What answers a form with mistakes is not asked for again as a form: going back asks for the page.
  var came = window.performance && performance.getEntriesByType("navigation")[0];
  if (came && came.responseStatus === 422) { history.replaceState(history.state, ""); }
  if (!("serviceWorker" in navigator) || !window.caches) { return; }
  var isFirst = !navigator.serviceWorker.controller;
  window.addEventListener("load", function () {
    navigator.serviceWorker.register("/sw.js").then(function () { return navigator.serviceWorker.ready; }).then(function (it) {
      if (isFirst) { it.active.postMessage({ keep: location.href }); }
    }).catch(function () {});
  });
  // What is kept longer is kept for one dossier: the device may have other users.
  var OWN = "mc-rieng", PAGES = "mc-trang", ASKED = "/__mc/giu" + location.pathname, LONG_MS = 30 * 24 * 3600 * 1000;
  var one = function (what) { return document.querySelector(what); };
  var away = one("[data-offline]"), band = one(".kept-band");

  // What cannot be had now is tried again when the network is back.
  if ((away && location.pathname !== "/ngoai-tuyen") || band) {
    var again = function () {
      fetch("/healthz", { cache: "no-store" }).then(function (it) {
        if (it.ok) { location.replace(location.href); }
      }, function () {});
    };
    window.addEventListener("online", again);
    window.setInterval(again, 5000);
  }

  // Everything that was kept in this browser, and drafts that were not sent.
  var clear = function () {
    if (window.indexedDB) { indexedDB.deleteDatabase("mc-nop"); }
    return Promise.all([caches.delete(OWN), caches.delete(PAGES)]);
  };
  Array.from(document.querySelectorAll("[data-clear]")).forEach(function (button) {
    button.addEventListener("click", function () {
      clear().then(function () {
        var told = document.createElement("p");
        told.setAttribute("role", "status");
        told.textContent = button.dataset.clear;
        button.closest("section").replaceChildren(told);
      });
    });
  });

  // The list of what can be read.
  var list = one("[data-kept-pages]");
  if (list) {
    Promise.all([OWN, PAGES].map(function (name) {
      return caches.open(name).then(function (cache) {
        return cache.keys().then(function (keys) {
          return Promise.all(keys.reverse().map(function (key) {
            return cache.match(key).then(function (it) { return [new URL(key.url), it]; });
          }));
        });
      });
    })).then(function (all) {
      all[0].concat(all[1]).forEach(function (it) {
        var title = it[1] && it[1].headers.get("mc-ten");
        if (!title) { return; }
        var link = document.createElement("a"), line = document.createElement("li");
        link.href = it[0].pathname + it[0].search;
        // The title is markup of ours: read it as such, show it as text.
        link.textContent = new DOMParser().parseFromString(decodeURIComponent(title), "text/html").body.textContent;
        line.append(link);
        list.querySelector("ul").append(line);
        list.hidden = false;
      });
    });
  }

  // A citizen's own page: kept for longer only where he says that the device is his.
  var own = one("[data-own]"), stay = own && own.querySelector("[data-stay]");
  if (own && !band) {
    own.hidden = false;
    caches.match(ASKED).then(function (it) { if (it) { stay.hidden = true; } });
    stay.addEventListener("click", function () {
      caches.open(OWN).then(function (cache) { 
        return cache.put(ASKED, new Response("1", { headers: { "mc-den": String(Date.now() + LONG_MS) } }));
      })
        .then(function () { location.reload(); });
    });
  }
})();
