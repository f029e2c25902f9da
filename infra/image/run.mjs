// Entry point of the image: runs the program that the first argument names, with the other arguments.
import { listPrograms } from './programs.mjs'

const [name = ''] = process.argv.splice(2, 1)
const programs = listPrograms()
const file = programs.get(name)
if (file === undefined) {
  process.stderr.write(`Name one of ${[...programs.keys()].join(', ')}${name === '' ? '' : `, not ${name}`}.\n`)
  process.exit(2)
}
await import(file.href)
