import { blockOf, publishedBlocks, withBlock } from '../../bench/published'
import type { Results } from '../../bench/report'

const PAGE = 'Before.\n\n<!-- benchmark -->\n\nold\n\n<!-- /benchmark -->\n\nAfter.\n'

describe('a block between marks', () => {
  it('is renewed, and nothing else of its page', () => {
    const renewed = withBlock(PAGE, 'benchmark', 'new')
    expect(renewed).toBe(PAGE.replace('old', 'new'))
    expect(blockOf(renewed, 'benchmark')).toBe('new')
  })

  it('may be empty at first', () => {
    const empty = 'a\n<!-- x -->\n<!-- /x -->\n'
    expect(withBlock(empty, 'x', 'new')).toBe('a\n<!-- x -->\n\nnew\n\n<!-- /x -->\n')
  })

  it.each(['no marks', '<!-- /x -->\n<!-- x -->', '<!-- x -->'])('needs both marks in their order: %p', (page) => {
    expect(() => withBlock(page, 'x', 'new')).toThrow('<!-- x --> and <!-- /x --> are expected in this order')
  })
})

describe('what is published', () => {
  const machine = { date: '2026-11-21', cpu: 'c', cores: 2, memoryGiB: 8, system: 's', node: '20' }
  const profile = { title: 'Where the time goes', about: 'On one core.', figures: [] }
  const of = (section: Results['measured'][number]['section']): Results => ({
    machine,
    quick: false,
    measured: [{ measurement: 'profile', section }],
  })

  it('are the headlines and the shares in the README, and everything beside the benchmark', () => {
    const blocks = publishedBlocks(of({ ...profile, more: '|a|b|\n|-|-|\n' }))
    expect(blocks.map(({ file, mark }) => `${file} ${mark}`)).toEqual([
      'README.md benchmark',
      'README.md profile',
      'test/bench/README.md benchmark',
    ])
    expect(blocks[1]?.content).toBe('| a   | b   |\n| --- | --- |')
  })

  it('is nothing without the shares', () => {
    expect(() => publishedBlocks(of(profile))).toThrow('the profile has no table of shares')
  })
})
