/* A slip held before the camera: what its code holds goes into the field and is sent. */
import { keepCameraButton } from "./camera.js";

keepCameraButton(() => document.querySelector("[name=code]"));
