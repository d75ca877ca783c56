# Draws a table that `spectral-examples navier-stokes --csv vorticity.csv` wrote.
if (!exists("table")) table = "vorticity.csv"
if (!exists("picture")) picture = "vorticity.svg"
set terminal svg size 520,440 font "sans-serif,13" background "white" enhanced
set output picture
set datafile separator ","
set size square
set xlabel "x"
set ylabel "y"
set cblabel "vorticity"
set autoscale xfix
set autoscale yfix
set tics out nomirror
stats table every ::1 using 3 nooutput
limit = abs(STATS_min) > STATS_max ? abs(STATS_min) : STATS_max
set cbrange [-limit:limit]
set palette defined (0 "#2166ac", 1 "#92c5de", 2 "#f7f7f7", 3 "#f4a582", 4 "#b2182b")
plot table every ::1 using 1:2:3 with image notitle
