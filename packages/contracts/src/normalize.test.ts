// Normal forms: one spelling for one thing, and no normal form for what no mail system takes.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { normalizers } from './normalize.ts'

const email = normalizers.email.normalize

describe('an e-mail address', () => {
  test.each([
    ['a@example.com', 'a@example.com'],
    ['  Alice@Example.COM\t', 'alice@example.com'],
    ['first.last+tag@mail.example.co.uk', 'first.last+tag@mail.example.co.uk'],
    ["O'Neil@xn--bcher-kva.example", "o'neil@xn--bcher-kva.example"],
    ['info@Bücher.example', 'info@xn--bcher-kva.example'],
    ['info@BU\u0308CHER.example', 'info@xn--bcher-kva.example'],
    ['info@XN--BCHER-KVA.example', 'info@xn--bcher-kva.example'],
    ['kontakt@Faß.de', 'kontakt@xn--fa-hia.de'],
    ['x@例え.テスト', 'x@xn--r8jz45g.xn--zckzah'],
    [`${'a'.repeat(64)}@example.com`, `${'a'.repeat(64)}@example.com`],
  ])('%j is %s', (typed, normal) => {
    expect(email(typed)).toBe(normal)
  })

  test.each([
    ['an accent', 'álice@example.com'],
    ['a combining mark', 'a\u0301lice@example.com'],
    ['a full-width letter', 'ａlice@example.com'],
    ['a full-width at sign', 'alice＠example.com'],
    ['a full-width domain', 'alice@ｅxample.com'],
    ['a ligature in the domain', 'alice@ﬁsh.example'],
    ['a letter that lower case makes ASCII', '\u212Aate@example.com'],
    ['a zero-width joiner', 'al\u200dice@example.com'],
    ['a zero-width space at the edge', '\ufeffalice@example.com'],
    ['a zero-width space in the domain', 'alice@exam\u200bple.com'],
    ['a soft hyphen in the domain', 'alice@exam\u00adple.com'],
    ['NUL', 'al\0ice@example.com'],
    ['ESC', 'al\u001bice@example.com'],
    ['DEL', 'al\u007fice@example.com'],
    ['a line break', 'alice@example.com\nbcc: x@example.com'],
    ['a line break at the end', 'alice@example.com\n'],
    ['an IP address', 'alice@127.0.0.1'],
    ['an IP address in hexadecimal', 'alice@0x7f.1'],
    ['an address literal', 'alice@[127.0.0.1]'],
    ['a port', 'alice@example.com:25'],
    ['a percent sign in the domain', 'alice@ex%61mple.com'],
    ['an ideographic full stop', 'alice@example。com'],
    ['a trailing dot', 'alice@example.com.'],
    ['no local part', '@example.com'],
    ['no domain', 'alice@'],
    ['no dot in the domain', 'alice@localhost'],
    ['two dots', 'a..b@example.com'],
    ['a dot at the beginning', '.a@example.com'],
    ['a dot before the at sign', 'a.@example.com'],
    ['two at signs', 'a@b@example.com'],
    ['a quoted local part', '"a b"@example.com'],
    ['a hyphen at an edge of a label', 'a@-example.com'],
    ['65 characters before the at sign', `${'a'.repeat(65)}@example.com`],
    ['a label of 64 characters', `a@${'b'.repeat(64)}.example`],
    ['255 characters', `${'a'.repeat(64)}@${'b'.repeat(60)}.${'b'.repeat(60)}.${'b'.repeat(60)}.example`],
    ['a megabyte', 'a'.repeat(1_000_000)],
  ])('%s has no normal form', (_, typed) => {
    expect(email(typed)).toBeNull()
  })

  const atom = fc.stringMatching(/^[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]{1,8}$/)
  const local = fc.array(atom, { minLength: 1, maxLength: 4 }).map((atoms) => atoms.join('.'))
  const word = fc.constantFrom('shop', 'bücher', 'straße', 'σίγμα', '例え', 'почта', 'a-b', 'x9', 'éclair', 'भारत')
  const domain = fc.array(word, { minLength: 1, maxLength: 3 }).map((labels) => `${labels.join('.')}.example`)

  test('normalizing again changes nothing, whatever was typed', { timeout: 30_000 }, () => {
    const typed = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.tuple(local, domain).map((parts) => parts.join('@')),
    )
    fc.assert(
      fc.property(typed, (text) => {
        const normal = email(text)
        if (normal === null) return
        expect(email(normal)).toBe(normal)
        expect(normal).toMatch(/^[\x21-\x7e]+$/)
        expect(normal).toBe(normal.toLowerCase())
      }),
      { numRuns: 300 },
    )
  })

  test('spellings that a mail system takes for one are one', () => {
    const blank = fc.constantFrom('', ' ', '\t ', '  ')
    fc.assert(
      fc.property(local, domain, blank, blank, (mailbox, host, before, after) => {
        const normal = email(`${mailbox}@${host}`)
        expect(normal).not.toBeNull()
        for (const spelled of [host.toUpperCase(), host.normalize('NFD'), new URL(`http://${host}`).hostname]) {
          // The upper case of ß is SS, and of ς it is the one of σ: these are other domains.
          if (spelled.toLowerCase().normalize('NFC') === host || spelled.startsWith('xn--'))
            expect(email(`${before}${mailbox.toUpperCase()}@${spelled}${after}`)).toBe(normal)
        }
      }),
    )
  })

  test('one character that is not ASCII in the local part, or is invisible anywhere, leaves no normal form', () => {
    const foreign = fc.string({ unit: 'binary', minLength: 1, maxLength: 1 }).filter((char) => !/^[\x20-\x7e]$/.test(char))
    const invisible = fc.constantFrom(
      '\0',
      '\u001b',
      '\u007f',
      '\u00ad',
      '\u200b',
      '\u200c',
      '\u200d',
      '\u2060',
      '\ufeff',
      '\u202e',
    )
    fc.assert(
      fc.property(local, foreign, invisible, fc.nat(), (mailbox, char, hidden, at) => {
        const cut = at % (mailbox.length + 1)
        const withChar = `${mailbox.slice(0, cut)}${char}${mailbox.slice(cut)}`
        // A tab at the edge is a blank.
        if (char !== '\t') expect(email(`${withChar}@shop.example`)).toBeNull()
        expect(email(`${mailbox}@sh${hidden}op.example`)).toBeNull()
        expect(email(`${mailbox}@shop.example${hidden}`)).toBeNull()
      }),
      { numRuns: 300 },
    )
  })
})

describe('a SKU', () => {
  const sku = normalizers.sku.normalize

  test('has one spelling in any case and with blanks around it', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/), fc.constantFrom('', ' ', '\t '), (typed, blank) => {
        const normal = sku(typed)
        expect(normal).toBe(typed.toUpperCase())
        for (const spelled of [typed.toLowerCase(), typed.toUpperCase(), `${blank}${typed}${blank}`])
          expect(sku(spelled)).toBe(normal)
      }),
    )
  })

  test.each(['', ' ', '-a', 'a b', 'ſku', 'ıd', 'ß', 'ａ', 'a\n', 'a\0', 'a'.repeat(65), 'é'])('%j is none', (typed) => {
    expect(sku(typed)).toBeNull()
  })
})

test.each([
  ['Summer-Sale', 'summer-sale'],
  [' a ', 'a'],
  ['A'.repeat(120), 'a'.repeat(120)],
  ['a'.repeat(121), null],
  ['a--b', null],
  ['-a', null],
  ['\u212Aelvin', null],
])('the slug %j is %j', (typed, normal) => {
  expect(normalizers.slug.normalize(typed)).toBe(normal)
})

describe('a promotion code', () => {
  const code = normalizers.promotionCode.normalize
  const plain = fc.stringMatching(/^[A-Za-z0-9][A-Za-z0-9_-]{2,39}$/)

  test.each([
    ['autumn10', 'AUTUMN10'],
    ['  Autumn 10\t', 'AUTUMN10'],
    ['k7qm\u00a02xrv\u20039tpb', 'K7QM2XRV9TPB'],
    ['ＡＵＴＵＭＮ１０', 'AUTUMN10'],
    ['VIP', 'VIP'],
  ])('%j is %s', (typed, normal) => {
    expect(code(typed)).toBe(normal)
  })

  test.each([
    ['nothing', ''],
    ['blanks', '   '],
    ['two letters', 'AB'],
    ['41 letters', 'A'.repeat(41)],
    ['a letter that upper case makes ASCII', 'GRO\u00df10'],
    ['a dotless i', 'V\u0131P'],
    ['an accent', 'ÉTÉ2026'],
    ['a zero-width space', 'AUTUMN\u200b10'],
    ['a dash at the beginning', '-AUTUMN'],
    ['a comma', 'AUTUMN,WINTER'],
    ['NUL', 'AUTUMN\0'],
    ['a megabyte', 'A'.repeat(1_000_000)],
  ])('%s has no normal form', (_, typed) => {
    expect(code(typed)).toBeNull()
  })

  test('in any case, with blanks anywhere and in full width is one code', () => {
    const blanks = fc.array(fc.constantFrom('', ' ', '\t', '\u00a0', '\u3000'), { minLength: 42, maxLength: 42 })
    fc.assert(
      fc.property(plain, blanks, fc.infiniteStream(fc.boolean()), (typed, between, flips) => {
        const turned = [...typed].map((sign) => {
          const inCase = flips.next().value ? sign.toLowerCase() : sign.toUpperCase()
          return flips.next().value ? String.fromCharCode(inCase.charCodeAt(0) + 0xfee0) : inCase
        })
        const spelled = between.map((blank, at) => blank + (turned[at] ?? '')).join('')
        expect(code(spelled)).toBe(typed.toUpperCase())
      }),
    )
  })

  test('normalizing again changes nothing, and the form is ASCII, whatever was typed', () => {
    const typed = fc.oneof(fc.string({ unit: 'binary', maxLength: 50 }), plain)
    fc.assert(
      fc.property(typed, (text) => {
        const normal = code(text)
        if (normal === null) return
        expect(normal).toMatch(/^[A-Z0-9][A-Z0-9_-]{2,39}$/)
        expect(code(normal)).toBe(normal)
      }),
      { numRuns: 1000 },
    )
  })
})
