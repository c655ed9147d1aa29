// Bundle the page of tests/clients/page with the official package. Usage: build-page.mjs FOLDER
import { build } from "vite";

await build({
  root: new URL("../page/", import.meta.url).pathname,
  base: "./",
  logLevel: "error",
  configFile: false,
  resolve: { alias: { "@vapi-ai/web": new URL("./node_modules/@vapi-ai/web", import.meta.url).pathname } },
  build: { outDir: process.argv[2], emptyOutDir: true, minify: false },
});
