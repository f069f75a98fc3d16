import type { AttributeValue } from '@aws-sdk/client-dynamodb'
import { storedBytes } from '../../bench/scale-item-size'

describe('what an item is billed for as storage', () => {
  it.each<readonly [string, AttributeValue, number]>([
    ['a text, in UTF-8', { S: 'größe' }, 7],
    ['a number, by pairs of digits', { N: '48213' }, 4],
    ['a number without the zeros at its ends', { N: '1200' }, 2],
    ['a negative number', { N: '-12' }, 3],
    ['zero', { N: '0' }, 1],
    ['a fraction', { N: '0.5' }, 2],
    ['a boolean', { BOOL: true }, 1],
    ['nothing', { NULL: true }, 1],
    ['a list', { L: [{ S: 'ab' }, { S: 'c' }] }, 3 + 2 + 3],
    ['a group', { M: { ab: { S: 'c' } } }, 3 + 1 + 3],
  ])('counts %s, its name, and a hundred bytes', (_, value, bytes) => {
    expect(storedBytes({ name: value })).toBe(100 + 4 + bytes)
  })
})
