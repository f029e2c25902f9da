// Mail template: the welcome after the address is verified.
import { link, template, text } from './content.ts'

export const welcome = template<Record<string, never>>((_, { say, shopName, publicUrl }) => ({
  subject: say('welcome.subject', { shop: shopName }),
  preview: say('welcome.preview'),
  title: say('welcome.title'),
  parts: [text(say('welcome.text')), text(say('welcome.promise')), link(say('welcome.toShop'), publicUrl)],
}))
