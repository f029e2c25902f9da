// Code blocks of a guide, cut from the examples of the SDK, which run as tests.
import { readText } from './sources.ts'

const folder = 'packages/sdk/examples'

/** @throws Error when the example has no such region */
const regionOf = (file: string, region: string): string => {
  const path = `${folder}/${file}`
  const [, , text] = new RegExp(`// (region: ${region})\\n([\\s\\S]*?)\\n// endregion`).exec(readText(path)) ?? []
  if (text === undefined) throw new Error(`${path} has no region ${region}`)
  return text
}

/** Puts the code behind each `<!-- example: <file> <region> -->` of a page, in place of the block that is there. */
export const withExamples = (path: string): string =>
  readText(path).replace(
    /(<!-- example: (\S+) (\S+) -->\n)(?:```ts\n[\s\S]*?\n```\n)?/g,
    (_, marker: string, file: string, region: string) => `${marker}\`\`\`ts\n${regionOf(file, region)}\n\`\`\`\n`,
  )
