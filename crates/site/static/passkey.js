// Speaks with the authenticator of this device: makes a key, or signs in with one.
(function () {
  "use strict";
  if (!window.PublicKeyCredential || !navigator.credentials) { return; }
  document.querySelectorAll("[data-no-passkey]").forEach(function (it) { it.hidden = true; });
  var bytes = function (text) {
    var plain = atob(text.replace(/-/g, "+").replace(/_/g, "/"));
    return Uint8Array.from(plain, function (it) { return it.charCodeAt(0); });
  };
  var text = function (buffer) {
    var plain = String.fromCharCode.apply(null, new Uint8Array(buffer));
    return btoa(plain).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
  };
  var keys = function (form) {
    return form.dataset.keys.split(" ").filter(Boolean).map(function (id) {
      return { type: "public-key", id: bytes(id) };
    });
  };
  var kinds = [-7, -8, -257].map(function (alg) { return { type: "public-key", alg: alg }; });
  var make = function (form) {
    return navigator.credentials.create({ publicKey: {
      challenge: bytes(form.dataset.challenge),
      rp: { id: form.dataset.rp, name: "Một Cửa" },
      user: {
        id: new TextEncoder().encode(form.dataset.user),
        name: form.dataset.login,
        displayName: form.dataset.login
      },
      pubKeyCredParams: kinds,
      excludeCredentials: keys(form),
      authenticatorSelection: { residentKey: "required", userVerification: "required" },
      attestation: "none",
      timeout: 120000
    } }).then(function (made) {
      form.elements.client.value = text(made.response.clientDataJSON);
      form.elements.khai.value = text(made.response.attestationObject);
    });
  };
  var ask = function (form) {
    return navigator.credentials.get({ publicKey: {
      challenge: bytes(form.dataset.challenge),
      rpId: form.dataset.rp,
      allowCredentials: keys(form),
      userVerification: "required",
      timeout: 120000
    } }).then(function (got) {
      form.elements.khoa.value = text(got.rawId);
      form.elements.client.value = text(got.response.clientDataJSON);
      form.elements.may.value = text(got.response.authenticatorData);
      form.elements["chu-ky"].value = text(got.response.signature);
    });
  };
  document.querySelectorAll("[data-passkey]").forEach(function (form) {
    var said = form.querySelector("[data-said]");
    var button = form.querySelector("button");
    var done = false;
    form.hidden = false;
    form.addEventListener("submit", function (event) {
      if (done) { return; }
      // The page's own guard against double sending waits for the form that is really sent.
      event.preventDefault();
      event.stopPropagation();
      button.disabled = true;
      said.textContent = "Đang chờ thiết bị của ông, bà…";
      (form.dataset.passkey === "create" ? make(form) : ask(form)).then(function () {
        done = true;
        button.disabled = false;
        form.requestSubmit(button);
      }).catch(function (error) {
        button.disabled = false;
        said.textContent = error && error.name === "InvalidStateError"
          ? "Thiết bị này đã đăng ký rồi."
          : "Thiết bị không trả lời hoặc ông, bà đã hủy. Hãy thử lại.";
      });
    });
  });
})();
