#!/usr/bin/env python3
"""Measures `merlon detect` the way README states it: one thread, all public rules, inputs repeated to 500 MB with ids changed in each repeat, in the page cache, detections
written to a file. A figure counts only if the detections equal those of the slow evaluator on one copy, times the repeats. Beside each: simdjson alone over
the same bytes in the same run.

usage: bench.py --merlon BINARY --parse BENCH_PARSE [--oracle BINARY] [--corpora DIR] [--work DIR] [--megabytes N] [--rounds N] [--lane NAME]..."""
import argparse, gzip, json, multiprocessing, os, pathlib, re, statistics, subprocess, sys, time

LANES = {  # name: (corpus file, required events/s, aimed at)
    'raw_windows': ('lanes/raw_windows.ndjson.gz', 500_000, 700_000),
    'structured_windows': ('lanes/structured_windows.ndjson.gz', 300_000, 350_000),
    'cisco_syslog': ('lanes/cisco_syslog.ndjson.gz', 1_060_000, 1_200_000),
    'sysmon_file_event': ('lanes/sysmon_file_event.ndjson.gz', 455_000, 600_000),
    'sans-504': ('cloudtrail/sans-504/events.ndjson.gz', 500_000, 600_000),
}
EVENT_ID = re.compile(rb'"eventID":"[0-9a-f]{8}')


def repeat_input(source, target, megabytes):
    """One copy and the repeated file; returns (copy path, copies, events in one copy)."""
    text = gzip.open(source).read()
    if not text.endswith(b'\n'):
        text += b'\n'
    copies = max(1, megabytes * 1_000_000 // len(text))
    one = target.with_suffix('.one.ndjson')
    one.write_bytes(text)
    if not target.exists() or target.stat().st_size != len(text) * copies:
        with open(target, 'wb') as f:
            for i in range(copies):
                f.write(EVENT_ID.sub(b'"eventID":"%08x' % (0xA0000000 + i), text) if EVENT_ID.search(text) else text)
    return one, copies, text.count(b'\n')


def run(argv, env):
    """Wall seconds, peak resident bytes, standard error."""
    start = time.monotonic()
    p = subprocess.Popen(argv, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, env=env)
    err = p.stderr.read()
    _, status, usage = os.wait4(p.pid, 0)
    seconds = time.monotonic() - start
    p.returncode = os.waitstatus_to_exitcode(status)
    if p.returncode not in (0, 1):
        sys.exit(f'{" ".join(map(str, argv))}: exit {p.returncode}\n{err.decode(errors="replace")[-2000:]}')
    return seconds, usage.ru_maxrss * 1024, err.decode(errors='replace')


def summary(err):
    for line in reversed(err.splitlines()):
        if line.startswith('{"kind":"summary"'):
            return json.loads(line)
    sys.exit('no summary on standard error')


class Bench:
    def __init__(self, a):
        self.a, self.work = a, pathlib.Path(a.work)
        self.work.mkdir(parents=True, exist_ok=True)
        self.env = dict(os.environ)
        self.rules = pathlib.Path(a.corpora) / 'sigma-rules'
        self.out = self.work / 'out.ndjson'

    def detect(self, path, *more):
        argv = [self.a.merlon, 'detect', '--rules', self.rules, '--format', 'json', '--output', self.out, '--summary-json', *more, path]
        seconds, rss, err = run([str(x) for x in argv], self.env)
        return seconds, rss, summary(err)

    def truth(self, one):
        """Detections of one copy by the slow evaluator; without one, by the engine with every rule tried on every event."""
        if self.a.oracle:
            p = subprocess.run([self.a.oracle, 'count', str(self.rules), str(one)], capture_output=True, text=True, check=True)
            return int(p.stdout.split()[-1])
        return self.detect(one, '--threads', '1', '--no-prefilter')[2]['detections']

    def lane(self, name):
        source, required, aimed = LANES[name]
        big = self.work / f'{name}.ndjson'
        # in a process of its own: a large parent would count as its children's memory
        with multiprocessing.Pool(1) as pool:
            one, copies, events = pool.apply(repeat_input, (pathlib.Path(self.a.corpora) / source, big, self.a.megabytes))
        with open(big, 'rb') as f:  # into the page cache
            while f.read(1 << 20):
                pass
        self.detect(one, '--threads', '1')  # warms the files' pages
        rates, ratios, twos, rss_max, found = [], [], [], 0, None
        for _ in range(self.a.rounds):
            bare = json.loads(subprocess.run([self.a.parse, str(big)], capture_output=True, text=True, check=True).stdout)
            _, rss, s = self.detect(big, '--threads', '1')
            _, _, two = self.detect(big, '--threads', '2')
            busy, busy2 = s['seconds'] - s['rules']['seconds'], two['seconds'] - two['rules']['seconds']
            rates.append(events * copies / busy)
            ratios.append(bare['seconds'] / busy)
            twos.append(busy / busy2)
            rss_max, found = max(rss_max, rss), s['detections']
        want = self.truth(one) * copies
        rate = statistics.median(rates)
        return {'lane': name, 'events': events * copies, 'bytes': big.stat().st_size, 'rate': rate, 'required': required, 'aimed': aimed,
                'bare': statistics.median(ratios), 'two': statistics.median(twos), 'rss': rss_max, 'found': found, 'want': want}

    def start(self):
        """Wall time of a run over one event with all rules."""
        one = self.work / 'one-event.ndjson'
        one.write_bytes(gzip.open(pathlib.Path(self.a.corpora) / LANES['structured_windows'][0]).readline())
        return statistics.median(self.detect(one)[0] for _ in range(4 * self.a.rounds))


def processor():
    for line in open('/proc/cpuinfo'):
        if line.startswith('model name'):
            return line.split(':', 1)[1].strip()
    return 'unknown processor'


def main():
    p = argparse.ArgumentParser()
    p.add_argument('--merlon', required=True)
    p.add_argument('--parse', required=True)
    p.add_argument('--oracle')
    p.add_argument('--corpora', default=os.environ.get('MERLON_CORPORA', str(pathlib.Path(__file__).resolve().parents[2] / 'shared/corpora')))
    p.add_argument('--work', default='build/bench')
    p.add_argument('--megabytes', type=int, default=500)
    p.add_argument('--rounds', type=int, default=5)
    p.add_argument('--lane', action='append', choices=LANES)
    a = p.parse_args()
    if not pathlib.Path(a.corpora).is_dir():
        sys.exit(f'{a.corpora}: the corpora are not there; nothing measured')
    b = Bench(a)
    print(f'{processor()}; {a.megabytes} MB a lane, median of {a.rounds} rounds\n')
    print('| input | events/s, one thread | required | aimed at | MB/s | of the bare parse | two threads | peak memory | detections |')
    print('|---|---|---|---|---|---|---|---|---|')
    bad = 0
    for name in a.lane or LANES:
        r = b.lane(name)
        judge = 'the slow evaluator' if a.oracle else 'without prefilter'
        exact = f'as {judge}' if r['found'] == r['want'] else f"WRONG: {r['want']} expected"
        bad += r['found'] != r['want']
        print(f"| {r['lane']} | {r['rate']:,.0f} | {r['required']:,} | {r['aimed']:,} | {r['rate'] * r['bytes'] / r['events'] / 1e6:,.0f} "
              f"| {100 * r['bare']:.0f} % | {r['two']:.2f} x | {r['rss'] / 1e6:.0f} MB | {r['found']:,} ({exact}) |", flush=True)
    print(f'\nfrom start to end of a run over one event, all rules: {b.start():.3f} s')
    sys.exit(bad != 0)


main()
