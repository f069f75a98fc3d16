import { machineText, nameOfCpu, thisMachine } from '../../bench/machine'

describe('the machine that was measured on', () => {
  it('is told in one line', () => {
    const machine = {
      date: '2026-11-21',
      cpu: 'Intel Xeon',
      cores: 2,
      memoryGiB: 7.8,
      system: 'Linux 6.1 x64',
      node: '20.18.0',
    }
    expect(machineText(machine)).toBe('2026-11-21, Intel Xeon, 2 cores, 7.8 GiB, Linux 6.1 x64, Node 20.18.0')
    expect(machineText({ ...machine, cores: 1, commit: '9f54532 + changes' })).toBe(
      '2026-11-21, Intel Xeon, 1 core, 7.8 GiB, Linux 6.1 x64, Node 20.18.0, commit 9f54532 + changes',
    )
  })

  it('bears the day in UTC', () => {
    expect(thisMachine(new Date('2026-11-21T23:30:00-05:00')).date).toBe('2026-11-22')
  })

  it('is told by nothing that names its owner: no host, no user, no folder', () => {
    const { commit: _, ...machine } = thisMachine(new Date())
    expect(Object.keys(machine)).toEqual(['date', 'cpu', 'cores', 'memoryGiB', 'system', 'node'])
    expect(machine.system).toMatch(/^\w+ [\d.]+ \w+$/)
  })

  it('is named without the marks of makers', () => {
    expect(nameOfCpu('Intel(R) Xeon(R)  Processor @ 2.10GHz ')).toBe('Intel Xeon Processor @ 2.10GHz')
  })
})
