/* What a fan-out costs at least: one frame in, one write for each listener, nothing else.

   limit PORT FRAME [CERTIFICATE KEY]

   A client's first byte says what it is: 'T' talks, 'L' listens. The talker sends frames of
   FRAME bytes. A listener that is behind misses frames, as in the relay. */

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <openssl/ssl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#define MOST 20000

struct line { int fd; SSL *tls; };
static struct line listeners[MOST];
static int count;

static int take(struct line *from, char *into, int size) {
    return from->tls ? SSL_read(from->tls, into, size) : (int)read(from->fd, into, size);
}

static void give(struct line *to, const char *frame, int size) {
    if (to->tls) SSL_write(to->tls, frame, size);
    else if (write(to->fd, frame, size) < 0) return;
}

static struct line accepted(int server, SSL_CTX *tls) {
    int one = 1, small = 16 * 1024;
    struct line line = {accept(server, NULL, NULL), NULL};
    if (line.fd < 0) exit(1);
    setsockopt(line.fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    setsockopt(line.fd, SOL_SOCKET, SO_SNDBUF, &small, sizeof small);
    if (tls) {
        line.tls = SSL_new(tls);
        SSL_set_fd(line.tls, line.fd);
        if (SSL_accept(line.tls) != 1) exit(1);
    }
    return line;
}

int main(int argc, char **argv) {
    int server = socket(AF_INET, SOCK_STREAM, 0), one = 1, size = atoi(argv[2]), have = 0;
    struct sockaddr_in here = {.sin_family = AF_INET, .sin_port = htons(atoi(argv[1]))};
    struct line talker = {-1, NULL};
    char *frame = malloc(size), kind;
    SSL_CTX *tls = NULL;
    signal(SIGPIPE, SIG_IGN);
    here.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    setsockopt(server, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
    if (bind(server, (struct sockaddr *)&here, sizeof here) || listen(server, 1024)) return 1;
    if (argc > 4) {
        tls = SSL_CTX_new(TLS_server_method());
        SSL_CTX_set_mode(tls, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
        if (SSL_CTX_use_certificate_chain_file(tls, argv[3]) != 1) return 1;
        if (SSL_CTX_use_PrivateKey_file(tls, argv[4], SSL_FILETYPE_PEM) != 1) return 1;
    }
    while (talker.fd < 0) {
        struct line line = accepted(server, tls);
        if (take(&line, &kind, 1) != 1) return 1;
        if (kind == 'T') talker = line;
        else {
            fcntl(line.fd, F_SETFL, O_NONBLOCK);
            if (count < MOST) listeners[count++] = line;
        }
    }
    for (;;) { /* one frame, whole, then to everybody */
        int got = take(&talker, frame + have, size - have);
        if (got <= 0) return 0;
        if ((have += got) < size) continue;
        have = 0;
        for (int i = 0; i < count; i++) give(&listeners[i], frame, size);
    }
}
