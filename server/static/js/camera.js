/* Scanning with the device's camera: frames go to the server, which reads them and forgets them.
   A code counts once two frames in a row agree, and again only after it left the picture. */
const EVERY_MS = 200;
const WIDEST = 1280;
let stream = null;
let panel = null;
let before = "";
let taken = "";
let missing = 0;
let field = () => null;

export function keepCameraButton(find) {
  field = find;
  if (!navigator.mediaDevices) return;
  document.querySelectorAll("[data-camera]").forEach((button) => {
    button.hidden = stream !== null;
    button.addEventListener("click", () => open(button.dataset));
  });
}

async function open(words) {
  try {
    stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment", width: { ideal: WIDEST } } });
  } catch {
    window.alert(words.refused);
    return;
  }
  panel = document.createElement("div");
  panel.className = "camera";
  const video = document.createElement("video");
  video.muted = true;
  video.playsInline = true;
  video.srcObject = stream;
  const stop = document.createElement("button");
  stop.type = "button";
  stop.className = "quiet";
  stop.textContent = words.stop;
  stop.addEventListener("click", close);
  panel.append(video, stop);
  document.body.append(panel);
  document.querySelectorAll("[data-camera]").forEach((button) => { button.hidden = true; });
  await video.play();
  watch(video, words);
}

function close() {
  stream?.getTracks().forEach((track) => track.stop());
  stream = null;
  panel?.remove();
  document.querySelectorAll("[data-camera]").forEach((button) => { button.hidden = false; });
}

async function watch(video, words) {
  const canvas = document.createElement("canvas");
  while (stream) {
    const scale = Math.min(1, WIDEST / video.videoWidth);
    canvas.width = Math.round(video.videoWidth * scale);
    canvas.height = Math.round(video.videoHeight * scale);
    canvas.getContext("2d").drawImage(video, 0, 0, canvas.width, canvas.height);
    const frame = await new Promise((done) => canvas.toBlob(done, "image/jpeg", 0.85));
    if (frame) take(await read(frame, words));
    await new Promise((done) => setTimeout(done, EVERY_MS));
  }
}

async function read(frame, words) {
  try {
    const answer = await fetch(words.frame || "/scan/frame", { method: "POST", body: frame, headers: { "Content-Type": "image/jpeg", "X-CSRF-Token": words.csrf } });
    return answer.ok ? (await answer.json()).codes : [];
  } catch {
    return []; // the network is away: the next frame tries again
  }
}

function take(codes) {
  const code = codes.length === 1 ? codes[0] : ""; // two codes in the picture: whose is it?
  missing = code ? 0 : missing + 1;
  if (missing > 3) taken = "";
  const agreed = code && code === before && code !== taken;
  before = code;
  const scan = field();
  if (!agreed || !scan || !scan.form) return;
  taken = code;
  scan.value = code;
  scan.form.requestSubmit();
}
