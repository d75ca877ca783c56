# Draws a table that `spectral-examples burgers --frames 4 --csv burgers.csv` wrote.
if (!exists("table")) table = "burgers.csv"
if (!exists("picture")) picture = "burgers.svg"
set terminal svg size 720,400 font "sans-serif,13" background "white" enhanced
set output picture
set datafile separator ","
set key outside right center spacing 1.4 samplen 3
set xlabel "x"
set ylabel "u" norotate
set xrange [0:2*pi]
set xtics ("0" 0, "π/2" pi/2, "π" pi, "3π/2" 3*pi/2, "2π" 2*pi)
set border 3
set tics nomirror
set grid linecolor "#e4e4e4"
array colors[5] = ["#c3cad2", "#9ec3e6", "#a5d6a0", "#fbc98b", "#f2a3a4"]
plot for [i = 0:4] table every ::1 using 2:($1 == 0.5 * i ? $4 : NaN) \
       with lines linewidth 6 linecolor rgb colors[i + 1] title sprintf("exact, t = %.1f", 0.5 * i), \
     for [i = 0:4] table every ::1 using 2:($1 == 0.5 * i ? $3 : NaN) \
       with lines linewidth 1 linecolor rgb "#202020" title (i == 0 ? "computed" : "")
