/* Fills in the number that this browser keeps for itself, the same that the set signs in with. */
import { device } from "./line.js";

document.querySelector("#device").value = device();
