import { configureBrowser } from "../../platform/web/browser-settings.js";
import { InPageBackend } from "./in-page-backend.js";
import { startPlayground } from "./page.js";

// The page and its models are in one folder, at any address.
configureBrowser({ modelsUrl: "./models/" });
startPlayground(new InPageBackend());
