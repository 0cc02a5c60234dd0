/* Scan and key, one tube after the other: the scan leads to the call, one letter says and sends it. */
const CALLS = { N: "negative", P: "positive", I: "inconclusive", V: "invalid" };

export function callKeys() {
  document.querySelector("form[data-calls]")?.addEventListener("keydown", keyed);
}

function keyed(event) {
  const at = event.target, form = event.currentTarget;
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const radios = [...form.querySelectorAll("input[name=call]")];
  if (event.key === "Enter" && at.matches("input")) {
    event.preventDefault(); // a scanner's Enter ends the code, not the form
    const cts = [...form.querySelectorAll("input.ct")], after = cts[cts.indexOf(at) + 1];
    if (at.matches("input.ct") && after) after.focus();
    else if (!at.matches("input.scan") || at.value.trim()) radios[0].focus();
  } else if (at.matches("input[name=call]")) {
    overCalls(event, form, radios);
  }
}

function overCalls(event, form, radios) {
  const key = event.key.toUpperCase();
  const call = radios.find((each) => each.value === CALLS[key]);
  if (call) {
    event.preventDefault();
    call.checked = true;
    form.requestSubmit();
  } else if (key === "C") {
    event.preventDefault();
    form.querySelector("input.ct").focus();
  } else if (/^[0-9]$/.test(event.key)) {
    const scan = form.querySelector("input.scan"); // another tube: it takes the place of this one
    scan.focus();
    scan.select();
  }
}
