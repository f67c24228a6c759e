"""people PUBLIC_ADDRESS - customers, a scanner and an operator, from outside.

They have their own pace: customers do not wait for each other, so that what is slow
piles up. Their requests are the same in each run.
"""

import random
import socket
import sys
import threading
import time

from stage import CUSTOMERS, OPERATOR, PUBLIC, SCANNER

PER_SECOND = 40
PATIENCE_S = 2.5
HOST = '203.0.113.10'

SCANNED = ['/wp-login.php', '/.env', '/.git/config', '/phpmyadmin/index.php', '/admin/.htpasswd',
           '/xmlrpc.php', '/server-status', '/backup.sql', '/config.json', '/cgi-bin/test.cgi',
           '/old/index.html', '/actuator/health', '/admin/login.php', '/db.tar.gz',
           '/.aws/credentials', '/robots.txt', '/admin/.htpasswd', '/shell.php', '/id_rsa',
           '/vendor/phpunit/eval-stdin.php']

# Seconds after the start, and what she types.
TYPED = [
    (0.3, 'tail -n 4 /var/lib/lxc/frontend/rootfs/var/log/httpd/error.log'),
    (0.8, 'cat /etc/crontab'),
    (1.1, 'cat /etc/shadow'),
    (1.4, 'sudo cat /etc/shadow'),
    (1.7, 'sudo pkill volsnap'),
    (2.2, 'sudo pkill ordersdb'),
    (3.0, 'sudo cat /root/deploy.key'),
    (3.3, 'tail -n 2 /var/log/statsd.log'),
    (3.6, 'exit'),
]


def request(source, method, path):
    """One request, and whatever comes of it."""
    try:
        with socket.create_connection((PUBLIC, 80), PATIENCE_S, (source, 0)) as s:
            s.sendall(f'{method} {path} HTTP/1.1\r\nHost: shop.example\r\n'
                      'User-Agent: Mozilla/5.0\r\n\r\n'.encode())
            while s.recv(65536):
                pass
    except OSError:
        pass


def wanted(rng):
    kind = rng.random()
    if kind < 0.4:
        return 'GET', rng.choice(['/', '/css/shop.css', '/img/logo.svg'])
    if kind < 0.6:
        return 'GET', '/api/products'
    if kind < 0.78:
        return 'GET', f'/api/orders/{rng.randint(1, 999)}'
    return 'POST', '/api/checkout'


def shop(seconds):
    rng = random.Random(1)
    begin = time.monotonic()
    at = 0.0
    while at < seconds:
        time.sleep(max(0.0, begin + at - time.monotonic()))
        method, path = wanted(rng)
        threading.Thread(target=request, args=(rng.choice(CUSTOMERS), method, path),
                         daemon=True).start()
        at += rng.expovariate(PER_SECOND)


def scan():
    for path in SCANNED:
        request(SCANNER, 'GET', path)
        time.sleep(0.01)


def pad(data, n):
    """As the daemon's pad()."""
    out = bytearray()
    for byte in data:
        v = (n + 1) * 2654435761 & 0xffffffff
        out.append(byte ^ (v >> 24 ^ v >> 9) & 0xff)
        n += 1
    return bytes(out), n


def listen(s):
    while s.recv(65536):
        pass


def operate():
    with socket.create_connection((HOST, 22), PATIENCE_S, (OPERATOR, 0)) as s:
        begin, n = time.monotonic(), 0
        s.recv(100)
        s.sendall(b'SSH-2.0-laptop\r\n')
        threading.Thread(target=listen, args=(s,), daemon=True).start()
        for after, line in TYPED:
            time.sleep(max(0.0, begin + after - time.monotonic()))
            data, n = pad(line.encode() + b'\n', n)
            s.sendall(data)
        time.sleep(0.2)


def main():
    seconds, scan_at, operate_at = (float(word) for word in sys.argv[1:4])
    threads = [threading.Thread(target=shop, args=(seconds,)),
               threading.Timer(scan_at, scan), threading.Timer(operate_at, operate)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()


if __name__ == '__main__':
    main()
