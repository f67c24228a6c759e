/*
 * roles - the programs of the story: one executable, under many names.
 *
 * A shop has a web front end, an application and a database, each in a container
 * of its own; the machine has the services that a machine has. They do what such
 * programs do, with the system calls that such programs use, and no more. What
 * happens comes from outside: from customers, an operator, and the hour.
 */
#ifndef TESTS_STORY_ROLES_H
#define TESTS_STORY_ROLES_H

/* Where everybody is. */
#define ROLES_HOST_ADDR "10.0.3.1"
#define ROLES_API_ADDR "10.0.3.12"
#define ROLES_DB_ADDR "10.0.3.13"
#define ROLES_HTTP_PORT 80
#define ROLES_API_PORT 8080
#define ROLES_DB_PORT 5432
#define ROLES_STATS_PORT 8125
#define ROLES_SESSION_SOCKET "/run/sessiond.sock"

/* Who they are; what the script writes into passwd agrees. */
#define ROLES_UID_WEB 33
#define ROLES_UID_ORDERS 101
#define ROLES_UID_ALICE 1000
#define ROLES_UID_NOBODY 65534

/* Each is the main() of a program; what it returns is the exit status. */
int role_init(int argc, char **argv);		/* init.c */
int role_httpd(int argc, char **argv);		/* httpd.c */
int role_api(int argc, char **argv);		/* shop_api.c */
int role_sessiond(int argc, char **argv);	/* sessiond.c */
int role_db(int argc, char **argv);		/* ordersdb.c */
int role_crond(int argc, char **argv);		/* crond.c */
int role_sshd(int argc, char **argv);		/* sshd.c */
int role_statsd(int argc, char **argv);		/* statsd.c */
int role_volsnap(int argc, char **argv);	/* volsnap.c */
int role_sudo(int argc, char **argv);		/* tools.c */
int role_pkill(int argc, char **argv);
int role_boot(int argc, char **argv);		/* boot.c */

#endif
