// How the storefront is built.
import { reactRouter } from '@react-router/dev/vite'
import tailwindcss from '@tailwindcss/vite'
import { defineConfig } from 'vite'

export default defineConfig({
  plugins: [tailwindcss(), reactRouter()],
  // Packages of the workspace are TypeScript sources: they are built in, not loaded by the server.
  ssr: { noExternal: [/^@cartwright\//] },
})
