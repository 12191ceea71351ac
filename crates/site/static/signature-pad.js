// A signature drawn with a finger, a pen or the mouse: kept as points, never as a picture.
(function () {
  "use strict";
  var field = document.querySelector("[data-sign]");
  var kept = document.getElementById("chu-ky");
  if (!field || !kept) { return; }
  field.hidden = false;
  var canvas = field.querySelector("canvas");
  var pen = canvas.getContext("2d");
  pen.lineWidth = 3;
  pen.lineCap = "round";
  pen.lineJoin = "round";
  var strokes = [], stroke = null, points = 0;
  var at = function (event) {
    var box = canvas.getBoundingClientRect();
    var x = Math.round((event.clientX - box.left) * canvas.width / box.width);
    var y = Math.round((event.clientY - box.top) * canvas.height / box.height);
    return [Math.max(0, Math.min(canvas.width, x)), Math.max(0, Math.min(canvas.height, y))];
  };
  var keep = function () {
    kept.value = strokes.map(function (one) {
      return one.map(function (point) { return point.join(","); }).join(" ");
    }).join(";");
  };
  canvas.addEventListener("pointerdown", function (event) {
    event.preventDefault();
    canvas.setPointerCapture(event.pointerId);
    stroke = [at(event)];
    strokes.push(stroke);
    pen.beginPath();
    pen.moveTo(stroke[0][0], stroke[0][1]);
  });
  canvas.addEventListener("pointermove", function (event) {
    if (!stroke || points > 2800) { return; }
    var point = at(event), last = stroke[stroke.length - 1];
    if (Math.abs(point[0] - last[0]) + Math.abs(point[1] - last[1]) < 3) { return; }
    stroke.push(point);
    points += 1;
    pen.lineTo(point[0], point[1]);
    pen.stroke();
  });
  ["pointerup", "pointercancel"].forEach(function (name) {
    canvas.addEventListener(name, function () { stroke = null; keep(); });
  });
  field.querySelector("[data-sign-clear]").addEventListener("click", function () {
    strokes = []; stroke = null; points = 0;
    pen.clearRect(0, 0, canvas.width, canvas.height);
    keep();
  });
})();
