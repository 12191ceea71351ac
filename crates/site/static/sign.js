// Hands the result to the signing agent on this machine: one message out, one back, then close.
(function () {
  "use strict";
  var form = document.querySelector("[data-sign]");
  var told = document.getElementById("tin-ky");
  if (!form || !told || !window.WebSocket) { return; }
  var button = form.querySelector("button");
  var say = function (text) { told.textContent = text; };
  var stop = function (text) { say(text); button.disabled = false; };
  form.addEventListener("submit", function (event) {
    event.preventDefault();
    button.disabled = true;
    say("Đang chờ phần mềm ký số…");
    var body = new URLSearchParams(new FormData(form));
    body.set("js", "1");
    fetch(form.action, { method: "POST", body: body }).then(function (answer) {
      if (!answer.ok) { throw new Error("refused"); }
      return answer.json();
    }).then(talk).catch(function () {
      stop("Không bắt đầu ký được: hồ sơ có thể đã sang bước khác. Hãy tải lại trang.");
    });
  });
  function talk(order) {
    var answered = false;
    var socket;
    try { socket = new WebSocket(order.socket); } catch (_) { missing(); return; }
    socket.onopen = function () { socket.send(order.message); };
    socket.onmessage = function (event) {
      answered = true;
      socket.close();
      var said;
      try { said = JSON.parse(event.data); } catch (_) { said = {}; }
      if (said.Status === 0) { location.reload(); return; }
      stop("Chưa ký được" + (said.Message ? ": " + said.Message : ". Hãy thử lại."));
    };
    socket.onclose = function () { if (!answered) { missing(); } };
  }
  function missing() {
    stop("Không gặp phần mềm ký số trên máy này. Hãy mở VGCA Sign Service rồi bấm lại, hoặc in ra ký giấy.");
  }
})();
