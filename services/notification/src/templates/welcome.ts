// Greets a customer whose address is proven.
import { link, template, text } from './content.ts'

export const welcome = template<Record<string, never>>((_, { publicUrl }) => ({
  subject: 'Welcome to Cartwright',
  preview: 'Your account is ready.',
  title: 'Your account is ready',
  parts: [
    text('Your address is confirmed and you are signed up. What you put into your cart before you signed in comes along.'),
    text('We write to you about your orders and about changes to your account, and about nothing else.'),
    link('Start shopping', publicUrl),
  ],
}))
