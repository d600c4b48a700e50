#!/usr/bin/perl
# director-adverts.pl INTERFACE-ADDRESS SECONDS: hears adverts of VRRP for so long, and prints by how many milliseconds
# the latest of them was later than a second after the one before.
use strict;
use warnings;
use Socket qw(inet_aton);
use Time::HiRes qw(time);

my ($own, $seconds) = @ARGV;
socket my $socket, 2, 3, 112 or die "socket: $!";
setsockopt $socket, 0, 35, inet_aton('224.0.0.18') . inet_aton($own) or die "join: $!";
my ($end, $last, $worst) = (time + $seconds, undef, 0);
while ((my $left = $end - time) > 0) {
  vec(my $ready = '', fileno $socket, 1) = 1;
  last unless select $ready, undef, undef, $left;
  recv $socket, my $packet, 2048, 0;
  my $now = time;
  $worst = $now - $last - 1 if defined $last && $now - $last - 1 > $worst;
  $last = $now;
}
printf "%.1f\n", defined $last ? $worst * 1000 : -1;
