// Security keys: a button with data-key ("get" or "create") lets the browser ask a key to sign what
// the form carries, puts the answer into the form and sends it.  Without a script, or a key, the
// form's other ways in stay as they are.
const bytes = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (c) => c.charCodeAt(0));
const text = (buffer) =>
  btoa(String.fromCharCode(...new Uint8Array(buffer))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");

function asBrowsersWantIt(options) {
  const named = (list) => (list ?? []).map((each) => ({ ...each, id: bytes(each.id) }));
  const asked = { ...options, challenge: bytes(options.challenge) };
  if (options.user) asked.user = { ...options.user, id: bytes(options.user.id) };
  if (options.allowCredentials) asked.allowCredentials = named(options.allowCredentials);
  if (options.excludeCredentials) asked.excludeCredentials = named(options.excludeCredentials);
  return asked;
}

function asTheServerWantsIt(made) {
  const response = { clientDataJSON: text(made.response.clientDataJSON) };
  for (const part of ["attestationObject", "authenticatorData", "signature", "userHandle"]) {
    if (made.response[part]) response[part] = text(made.response[part]);
  }
  return JSON.stringify({ id: made.id, rawId: text(made.rawId), type: made.type, response });
}

for (const button of document.querySelectorAll("button[data-key]")) {
  const form = button.form;
  const said = form.querySelector("[data-said]");
  const say = (what) => { said.textContent = said.dataset[what]; said.hidden = false; };
  if (!globalThis.PublicKeyCredential) { button.disabled = true; say("unable"); }
  button.addEventListener("click", async (event) => {
    event.preventDefault();
    for (const field of form.querySelectorAll("[data-with-key]")) {
      if (!field.reportValidity()) return;
    }
    button.disabled = true;
    said.hidden = true;
    try {
      const publicKey = asBrowsersWantIt(JSON.parse(button.dataset.options));
      form.elements.credential.value = asTheServerWantsIt(await navigator.credentials[button.dataset.key]({ publicKey }));
      form.submit();
    } catch (error) {
      say(error.name === "InvalidStateError" ? "known" : error.name === "SecurityError" ? "elsewhere" : "failed");
      button.disabled = false;
    }
  });
}
