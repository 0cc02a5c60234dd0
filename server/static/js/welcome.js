// The secret of a one-time link stands behind '#', which browsers do not send: put it into its field,
// and out of the address, so that nobody reads it over a shoulder or in the history.
const code = document.getElementById("code");
if (code && location.hash.length > 1) {
  code.value = decodeURIComponent(location.hash.slice(1));
  history.replaceState(null, "", location.pathname);
  document.querySelector("input[type=password]").focus();
}
