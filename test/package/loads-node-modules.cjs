/** A control for the import tests: loads parts of Node that the core must not load. */
require("node:child_process");
require("node:http");
