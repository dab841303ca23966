import { configureBrowser } from "../../platform/web/browser-settings.js";
import { InPageBackend } from "./in-page-backend.js";
import { startPlayground } from "./page.js";

// The page stands in one folder with its models, whatever that folder's address.
configureBrowser({ modelsUrl: "./models/" });
startPlayground(new InPageBackend());
