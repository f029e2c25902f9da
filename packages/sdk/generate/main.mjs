// Writes the generated part of the SDK, src/generated: the types, the calls and the methods of the contracts. Does nothing when it is fresh.
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { generatedFolder, isFresh, writeStamp } from './stamp.mjs'

if (!isFresh()) {
  const [{ methodsSource }, { typesSource }] = await Promise.all([import('./methods.ts'), import('./types.ts')])
  mkdirSync(generatedFolder, { recursive: true })
  writeFileSync(join(generatedFolder, 'types.ts'), await typesSource())
  writeFileSync(join(generatedFolder, 'shop.ts'), methodsSource('shop'))
  writeFileSync(join(generatedFolder, 'admin.ts'), methodsSource('admin'))
  writeStamp()
}
