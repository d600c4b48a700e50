#!/usr/bin/perl
# seen.pl WORK PATIENCE <EXPECTATIONS
#
# Waits, PATIENCE seconds at most, until all expectations are met at once, and prints those that are not met then, one a
# line: the story's number, a tab, and what is missing. An expectation is a line of words between tabs: the sides that it
# is about (`theirs`, `ours`, or both with a comma), the story's number, and conditions. A condition is a pattern that
# one of the lines has that are seen of the story (stage.sh), or `!` and one that none has. Of both sides the same must
# be seen, too.
#
# seen.pl WORK show SIDE STORY prints what is seen.
#
# One process for all of that: starting them is what is slow on the kernel that these tests boot.
use strict;
use warnings;

my ($work, $patience, @rest) = @ARGV;

# Sentences of keepalived about virtual servers; vrrpd may say more besides, in words of its own. Those of checks that
# pass come in no order: servers of one story are checked side by side. (keepalived's reload begins all checks anew,
# and says so; vrrpd's goes on with those that are as they were.)
my $checks = qr/^(?:(?:TCP|UDP|ICMP) connection|Remote|HTTP status|MD5 digest|Misc check .* succeeded)/;
my $sentences = qr/^(?:Adding|Removing|Enabling|Disabling|Shutting down|Gained quorum|Lost quorum|Starting with quorum|Changing weight|service .* no longer exist|VS .* no longer exist|\w+_CHECK|Misc check|IPVS cmd|ICMP CHECK|Deactivating|Suspending)/;

sub subject_of {
  my ($story) = @_;
  return qr/10\.8\.0\.$story\b(?!\.)|10\.(?:8|9|10)\.$story\.\d|fd00:8::$story\b|fd00:9::$story:|FWM $story\b|\[G$story\]|-f $story\b/;
}

# What was written since the last `forget`.
sub since {
  my ($side, $what) = @_;
  my $skip = 0;
  if (open my $marked, '<', "$work/$side/skip.$what") { $skip = <$marked> }
  open my $lines, '<', "$work/$side/$what" or return [];
  seek $lines, $skip, 0;
  return [<$lines>];
}

sub look {
  my ($side) = @_;
  open my $listed, '-|', 'nsenter', "--net=/run/netns/$side-director", 'ipvsadm', '-S', '-n' or die "ipvsadm: $!";
  my @table = sort <$listed>;
  return {
    table => \@table,
    calls => since($side, 'calls'),
    fifo => since($side, 'lines'),
    log => [map { s/^\w{3} \w{3} +\d+ [\d:]+ \d{4}: //r } @{ since($side, 'log') }],
  };
}

# All of a story. Scripts run side by side, so they have no order.
sub seen_of {
  my ($look, $story) = @_;
  my $subject = subject_of($story);
  my @log = grep { /$subject/ } @{ $look->{log} };
  return [
    (map { "table: $_" } grep { /$subject/ } @{ $look->{table} }),
    (map { "call: $_" } sort grep { /^$story / } @{ $look->{calls} }),
    (map { "fifo: $_" } grep { /$subject/ } @{ $look->{fifo} }),
    (map { "check: $_" } sort grep { /$checks/ } @log),
    (map { "log: $_" } grep { /$sentences/ && !/$checks/ } @log),
  ];
}

sub unmet {
  my ($side, $seen, @conditions) = @_;
  for my $condition (@conditions) {
    my ($not, $pattern) = $condition =~ /^(!?)(.*)$/;
    my $is_there = grep { /$pattern/ } @$seen;
    return "$side has not: $condition" if $not ? $is_there : !$is_there;
  }
  return ();
}

# The lines that one has more often than the other, or the first that is elsewhere.
sub difference {
  my ($theirs, $ours) = @_;
  return () if join('', @$theirs) eq join('', @$ours);
  my %count;
  $count{$_}++ for @$theirs;
  $count{$_}-- for @$ours;
  my @more = map { ($count{$_} > 0 ? 'theirs' : 'ours') . " alone: $_" =~ s/\n//r } grep { $count{$_} } sort keys %count;
  return @more if @more;
  my ($first) = grep { $theirs->[$_] ne $ours->[$_] } 0 .. $#$theirs;
  return "another order: theirs $theirs->[$first] where ours $ours->[$first]" =~ s/\n//gr;
}

if ($patience eq 'show') {
  my ($side, $story) = @rest;
  print @{ seen_of(look($side), $story) };
  exit;
}

my @expectations = map { chomp; [split /\t/] } <STDIN>;
my $end = time + $patience;
while (1) {
  my %looks = map { $_ => look($_) } 'theirs', 'ours';
  my @missing;
  for my $expectation (@expectations) {
    my ($sides, $story, @conditions) = @$expectation;
    my %seen = map { $_ => seen_of($looks{$_}, $story) } split /,/, $sides;
    my @wrong = map { unmet($_, $seen{$_}, @conditions) } sort keys %seen;
    @wrong = difference($seen{theirs}, $seen{ours}) if keys %seen == 2 && !@wrong;
    push @missing, "$story\t" . join('; ', @wrong) . "\n" if @wrong;
  }
  exit unless @missing;
  if (time >= $end) {
    print @missing;
    exit;
  }
  select undef, undef, undef, 0.2;
}
