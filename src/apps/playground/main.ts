import { HttpBackend } from "./http-backend.js";
import { startPlayground } from "./page.js";

startPlayground(new HttpBackend());
