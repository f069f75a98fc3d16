import { oneLine } from '../../lambda/one-line'

describe('a text as one line', () => {
  it.each([
    ['one', 'one'],
    ['  a  b \r\n\n  -----\n=====\n c ', 'a b; c'],
    ['', ''],
  ])('%j', (text, line) => {
    expect(oneLine(text)).toBe(line)
  })

  it('is cut where it is too long, never inside a character', () => {
    expect(oneLine('abcdef', 4)).toBe('abc…')
    expect(oneLine('abcd', 4)).toBe('abcd')
    expect(oneLine('ab🪣cd', 4)).toBe('ab…')
  })
})
