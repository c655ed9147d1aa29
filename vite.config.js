import tailwindcss from "@tailwindcss/vite";
import { defineConfig } from "vite";

const web = new URL("./src/allokoli/web/", import.meta.url).pathname;

export default defineConfig({
  root: `${web}assets`,
  base: "/static/dist/",
  plugins: [tailwindcss()],
  build: {
    outDir: `${web}static/dist`,
    emptyOutDir: true,
    manifest: "manifest.json",
    target: "es2022",
    // Everything is its own file: the content security policy allows no inline font or script.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rollupOptions: {
      input: { main: `${web}assets/main.js`, call: `${web}assets/call.js` },
    },
  },
});
